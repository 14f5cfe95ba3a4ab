"""What one GPU makes of the course's trainings, in one run of eight minutes: `python -m bench.gpu`.

Correctness first: the tests that need CUDA. Then the full U-Net on 32 x 32 images (CIFAR-10's size; random
ones, for speed does not depend on what they show): each switch against the plain loop, how much of the
chip is used, and memory; and how long a class-conditional model of digits trains until 95 % of its samples
are read as asked. What is found is written to bench/gpu.json after each section, with the device's name.
Where torch sees no CUDA device nothing is measured and nothing written, for no number can be guessed.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import torch

from bench import _gpu_steps
from bench._gpu_steps import PLAIN, VARIANTS, Sizes
from course_utils import checkpoints, counting, diffusion, training
from course_utils.checkpoints import digits_diffusion

ROOT = Path(__file__).resolve().parent.parent
STORED = Path(__file__).with_suffix(".json")
TOTAL = 480.0  # seconds
# Seconds that a section may take; one that begins a piece of work with too little left says so and ends.
BUDGETS = {"correctness": 110.0, "chip": 20.0, "switches": 250.0, "digits": 90.0}
COSTS = {"compile": 60.0, "together": 60.0}  # of one variant; any other takes 15 seconds
NOTHING = "gpu: torch sees no CUDA device here, so nothing is measured and no number stands for one."
READ = 0.95


def main():
    """Measure, print a table, and write bench/gpu.json; one sentence where there is no GPU."""
    rows = measure()
    if len(rows) > 1:
        rows.insert(0, ("what", "measured", "plain loop", "ratio"))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def measure():
    """Rows for the table of `python -m bench`: what, with the switch, the plain loop, ratio."""
    if not torch.cuda.is_available():
        return [(NOTHING, "", "", "")]
    found = run(
        torch.device("cuda"), Sizes(), lambda found: STORED.write_text(json.dumps(found, indent=1) + "\n")
    )
    return table(found)


def run(device, sizes, keep, budgets=BUDGETS, tests=None):
    """Every section in turn: {section: what it found}; keep(found) is called after each of them.

    device: a torch.device; sizes: Sizes; budgets: {section: seconds}; tests: the files that need CUDA, found
    by their name unless given. A section that fails is kept as its error's text, and the next one begins.
    """
    sections = {
        "correctness": lambda left: correctness(tests or cuda_tests(), left),
        "chip": lambda left: chip(sizes, device),
        "switches": lambda left: switches(sizes, device, left),
        "digits": lambda left: digits(sizes, device, left),
    }
    found = {"device": about(device)}
    for name, section in sections.items():
        started = time.perf_counter()
        try:
            found[name] = section(lambda ends=started + budgets[name]: ends - time.perf_counter())
        except Exception as error:  # whatever it is, minutes of a GPU must not be lost to it
            found[name] = {"failed": f"{type(error).__name__}: {error}"[:300]}
        found[name]["seconds"] = round(time.perf_counter() - started, 1)
        keep(found)
    return found


def about(device):
    """The device's name, and the versions that its numbers hold for."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "CPU"
    return {"name": name, "torch": torch.__version__, "cuda": torch.version.cuda, "date": time.strftime("%F")}


def cuda_tests():
    """The files of tests that need CUDA: those with "cuda" in their name."""
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*cuda*.py"))


def correctness(tests, left):
    """Run the tests in a process of their own: its last line, and whether all passed, none skipped."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", *tests]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=left(), check=False)
    lines = done.stdout.strip().splitlines()
    last = lines[-1] if lines else done.stderr.strip()[-300:]
    return {
        "tests": tests,
        "said": last,
        "passed": done.returncode == 0 and " passed" in last and "skipped" not in last,
    }


def chip(sizes, device):
    """FLOPs a second of large products, measured: in float32, and in 16 bits as the hardware has them."""
    return {
        str(dtype).removeprefix("torch."): _gpu_steps.fastest_product(sizes, device, dtype)
        for dtype in (torch.float32, _gpu_steps.half(device))
    }


def switches(sizes, device, left):
    """{variant: images a second, ratio to the plain loop, utilisation, bytes}; None where it cannot run here.

    utilisation: of the chip's peak as measured on products in 16 bits, and as its maker states it where this
    course has that figure.
    """
    flops, peaks = _gpu_steps.step_flops(sizes) / sizes.batch, peaks_of(sizes, device)
    found = {"flops_of_an_image": flops, "standing_bytes": _gpu_steps.standing_bytes(sizes), "variants": {}}
    for name in VARIANTS:
        if left() < COSTS.get(name, 15.0) * (sizes.seconds > 1):
            found["variants"][name] = {"not_measured": "the section's time was used up"}
            continue
        try:
            seen = _gpu_steps.measure(name, sizes, device)
        except Exception as error:  # one switch that does not work here must not hide the others
            found["variants"][name] = {"not_measured": f"it failed: {error}"[:300]}
            continue
        found["variants"][name] = seen and {
            "images_a_second": seen.images,
            "ratio": seen.images / found["variants"][PLAIN]["images_a_second"] if name != PLAIN else 1.0,
            "first_steps_s": seen.start,
            "bytes": seen.bytes,
            "utilisation": {
                what: counting.utilisation(flops * seen.images, 1.0, peak) for what, peak in peaks.items()
            },
        }
    return found


def peaks_of(sizes, device):
    """{what: FLOPs a second}: measured in 16 bits here, and stated where counting.CHIPS has it by name."""
    peaks = {"of the measured products": _gpu_steps.fastest_product(sizes, device, _gpu_steps.half(device))}
    here = about(device)["name"]
    # a card with PCIe has another peak than the figures are of, but for the A100
    stated = [
        chip
        for name, chip in counting.CHIPS.items()
        if name in here and ("PCI" not in here or name == "A100")
    ]
    return peaks | ({"of the stated peak": stated[0].peak} if stated else {})


def digits(sizes, device, left, most=4_000):
    """Train the class-conditional model of 8x8 digits until enough samples are read as asked.

    The recipe's settings, in sizes.chunk steps at a time; after each the average draws samples of every
    class, which a classifier that was trained apart reads. seconds_of_training is without that.
    """
    settings, data = digits_diffusion.SETTINGS, digits_diffusion.digits()
    torch.manual_seed(0)
    net = digits_diffusion.build(settings).to(device)
    average, judge = training.WeightAverage(net, 0.99), checkpoints.load("digit_classifier")[0].to(device)
    denoising = diffusion.denoising_loss(digits_diffusion.schedule(), settings["prediction_type"])
    update = training.gradient_step(
        net, lambda net, x, y: denoising(net, 2 * x - 1, y), training.adamw(net, settings["lr"]), average
    )
    spent, steps, read, started = 0.0, 0, 0.0, time.perf_counter()
    for done in training.steps(
        update, (data.images, data.labels), steps=most, batch_size=settings["batch_size"], device=device,
        progress=False,
    ):  # fmt: skip
        if done % sizes.chunk and done < most:
            continue
        _gpu_steps.wait(device)
        spent, steps = spent + time.perf_counter() - started, done
        read = read_as_asked(average.model.eval(), judge, device, sizes.samples)
        if read >= READ or left() < 0:
            break
        started = time.perf_counter()
    return {"wanted": READ, "read_as_asked": read, "steps": steps, "seconds_of_training": spent}


@torch.no_grad()
def read_as_asked(net, judge, device, n):
    """The share of n samples that the judge takes for the class that was asked for."""
    y = torch.arange(n, device=device) % 10
    start = torch.randn(n, 1, 8, 8, generator=torch.Generator().manual_seed(1)).to(device)
    x = diffusion.samplers.ddim(
        lambda x, t: net(x, t, y), digits_diffusion.schedule(), start.shape, x_T=start,
        num_inference_steps=digits_diffusion.SAMPLING_STEPS, prediction_type="v_prediction", clip=(-1, 1),
    )  # fmt: skip
    return float((judge((x + 1) / 2).argmax(1) == y).float().mean())


def table(found):
    """Rows: what, measured, the plain loop's, ratio; every text is made from `found`."""
    rows = [(f"on {found['device']['name']}, torch {found['device']['torch']}", "", "", "")]
    rows.append(("tests that need CUDA", found["correctness"].get("said", "failed"), "", ""))
    variants = found["switches"].get("variants", {})
    for name, seen in variants.items():
        if not seen or "not_measured" in seen:
            rows.append((f"U-Net, {name}", (seen or {}).get("not_measured", "cannot run here"), "", ""))
            continue
        plain, used = variants[PLAIN]["images_a_second"], seen["utilisation"]
        shares = ", ".join(f"{100 * share:.1f} % {what}" for what, share in used.items())
        memory = "" if seen["bytes"] is None else f", {seen['bytes'] / 2**30:.1f} GiB"
        what = f"U-Net, {name}: images a second ({shares}{memory})"
        rows.append((what, f"{seen['images_a_second']:.0f}", f"{plain:.0f}", f"{seen['ratio']:.2f}"))
    if "steps" in found["digits"]:
        got = found["digits"]
        what = f"digits: seconds until {READ:.0%} are read as asked ({got['read_as_asked']:.1%} read)"
        rows.append((what, f"{got['seconds_of_training']:.1f}", "", f"{got['steps']} steps"))
    rows += [(f"{name} failed", part["failed"], "", "") for name, part in found.items() if "failed" in part]
    return rows


if __name__ == "__main__":
    main()
