"""Node runs the widgets' mathematics; without Node these tests skip, but fail where CI=true."""

import json
import subprocess
from pathlib import Path

import needed
import pytest

import course_utils

WIDGETS = Path(course_utils.__file__).parent / "widgets"


@pytest.fixture(scope="session")
def node_path():
    """The path of Node, or the skip (the failure, where CI=true) that says what is missing."""
    return needed.command("node", advice="install Node 18 or later to run the widgets' tests")


@pytest.fixture(scope="session")
def node(node_path):
    """A function: the value of a JavaScript expression over `m`, what a widget's module (or several) exports,
    and the JSON `input`."""

    def evaluate(modules, expression, **values):
        paths = [modules] if isinstance(modules, str) else modules
        addresses = json.dumps([(WIDGETS / path).as_uri() for path in paths])
        script = (
            'import { readFileSync } from "node:fs";'
            f"const m = Object.assign({{}}, ...(await Promise.all({addresses}.map((url) => import(url)))));"
            "const input = JSON.parse(readFileSync(0));"
            f"process.stdout.write(JSON.stringify(await ({expression})));"
        )
        command = [node_path, "--input-type=module", "--eval", script]
        done = subprocess.run(command, input=json.dumps(values), capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return evaluate
