"""The command: what it prints, and its exit code."""

from .run import train


def main(recipe, data, out=None, **options):
    """Run `train` and print what came of it; 0, or 130 where the keyboard stopped it."""
    record = train(recipe, data, out, **options)
    if record["training"]["interrupted"]:
        return 130
    did = record["training"]
    name, seconds = record["data"]["name"], did["seconds"]
    print(f"{recipe} on {name}: {did['steps']} steps in {seconds:.0f} s on {did['device']}")
    for name, value in record["metrics"].items():
        print(f"  {name}: {value:.5g}")
    return 0
