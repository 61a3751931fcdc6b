# Thin fronts of bootstrap.py, which works where make does not.
PYTHON ?= python3

.PHONY: demo test lint lab bench lock golden

demo test lint lab bench lock golden:
	$(PYTHON) bootstrap.py $@
