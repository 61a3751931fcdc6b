"""Raw exports → contract tables. The only room that reads client files.

Nothing is guessed: encoding, delimiter, columns, codes and formats are declared in params, every cell is read as text and
then converted, and what does not convert is refused with file, line and column. Only :mod:`cxlib.intake.draft` looks at files to
propose params for them, and nothing it proposes holds until somebody confirms it.
"""

from cxlib.intake.prepare import Prepared, inputs, prepare

__all__ = ["Prepared", "inputs", "prepare"]
