"""Loads one of the article's two programs, unedited, from the folder that the environment names in ARTICLE_DIR.

Decides how it is found and silenced; a missing folder or file ends the process with 2.
"""

import importlib.util
import os
import sys
from pathlib import Path


def load(file):
    """The module in ARTICLE_DIR's `file`; nothing is written beside it."""
    folder = os.environ.get("ARTICLE_DIR")
    if not folder:
        refuse(f"ARTICLE_DIR is not set; name the folder that holds the article's {file}")
    path = Path(folder, file)
    if not path.is_file():
        refuse(f"ARTICLE_DIR holds no {file}; name the folder that does")
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location(f"article_{path.stem}", path)
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    # It prints codes and tokens, and stdout is for the address.
    program.print = lambda *_: None
    return program


def refuse(reason):
    print(reason, file=sys.stderr)
    raise SystemExit(2)
