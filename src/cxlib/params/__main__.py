"""``python -m cxlib.params`` writes params/schema.json, with which editors complete and check params files."""

import json
from pathlib import Path

from cxlib.params import project_root, schema


def main(project: Path | None = None) -> Path:
    """Write the schema into the project and return its path."""
    path = (project or project_root()) / "params" / "schema.json"
    path.write_text(json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
