# Thin fronts of bootstrap.py, which works where make does not.
PYTHON ?= python3

.PHONY: demo test spark lint lab browse bench lock golden demo-data

demo test spark lint lab browse bench lock golden demo-data:
	$(PYTHON) bootstrap.py $@
