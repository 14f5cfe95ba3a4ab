"""The model that stands in for the kernel, run in Node: it must behave as Jupyter's does."""

import json
import shutil
import subprocess
from pathlib import Path

SHIM = Path(__file__).resolve().parents[2] / "tools" / "standalone" / "shim.js"

SCRIPT = """
import { makeModel } from "./shim.mjs";
const heard = [];
const model = makeModel({ x: 1, y: "a" });
const onX = (changed, value) => heard.push(["x", value, changed === model]);
model.on("change:x change:y", onX);
model.on("change", () => heard.push(["any"]));
model.set("x", 2);
model.set("x", 2);
model.set({ x: 3, y: "a" });
model.off("change:x", onX);
model.set("x", 4);
model.set("y", "b");
model.off();
model.set("y", "c");
model.save_changes();
model.send({ hello: 1 });
console.log(JSON.stringify({ heard, x: model.get("x"), y: model.get("y"), z: model.get("z") ?? null }));
"""


def test_the_model_tells_its_listeners_of_changes_and_of_nothing_else(tmp_path):
    shutil.copy(SHIM, tmp_path / "shim.mjs")
    (tmp_path / "test.mjs").write_text(SCRIPT)
    done = subprocess.run(["node", str(tmp_path / "test.mjs")], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {
        "heard": [
            ["x", 2, True],
            ["any"],
            ["x", 3, True],
            ["any"],
            ["any"],  # x again, after off
            ["x", "b", True],
            ["any"],
        ],
        "x": 4,
        "y": "c",
        "z": None,
    }
