import ast
from pathlib import Path

from course_utils import metrics


def test_every_function_and_class_of_a_file_is_a_name_of_the_room():
    defined = {
        node.name
        for path in Path(metrics.__file__).parent.glob("[!_]*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    }
    assert set(metrics.__all__) == defined >= {"DigitClassifier", "agreement", "frechet_distance"}
    assert all(callable(getattr(metrics, name)) for name in defined)
