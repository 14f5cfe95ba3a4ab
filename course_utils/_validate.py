"""Kind errors: one sentence that names the argument, what it got and what it wants."""

import difflib
import inspect
import math
import numbers

import torch

MOST = 100_000_000  # of what is merely counted: more would fill the memory, or never end
MOST_STEPS = 1_000_000  # of a loop
LARGEST = 1e30  # of a number that stands for itself: its square overflows in single precision
WHOLE = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def check_choice(argument, value, options):
    """Return value where it is one of options; ValueError with the nearest match where it is not."""
    options = list(options)
    if isinstance(value, str) and value in options:
        return value
    listed = ", ".join(repr(option) for option in options)
    near = difflib.get_close_matches(value, options, n=1, cutoff=0.5) if isinstance(value, str) else []
    hint = f" Did you mean {near[0]!r}?" if near else ""
    error = ValueError if isinstance(value, str) else TypeError
    raise error(f"{argument} must be one of {listed}; got {quoted(value)}.{hint}")


def check_int(argument, value, minimum=1, maximum=None):
    """Return value as an int where it is a whole number in [minimum, maximum], at most MOST by default."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{argument} must be a whole number; got {quoted(value)}.")
    if value < minimum or (maximum is not None and value > maximum):
        upper = "" if maximum is None else f" and at most {maximum}"
        raise ValueError(f"{argument} must be at least {minimum}{upper}; got {value}.")
    if maximum is None and value > MOST:
        raise ValueError(f"{argument} must be at most {MOST:,}; got {value}.")
    return int(value)


def check_seed(argument, value):
    """Return value as an int where it can seed torch's random numbers."""
    return check_int(argument, value, minimum=0, maximum=2**63 - 1)


def check_number(argument, value, minimum=-math.inf, maximum=math.inf, open_minimum=False):
    """Return value as a float where it is a finite number in [minimum, maximum] (or above minimum)."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{argument} must be a number; got {quoted(value)}.")
    low = value <= minimum if open_minimum else value < minimum
    if not math.isfinite(value) or low or value > maximum:
        lower = "" if minimum == -math.inf else f" {'above' if open_minimum else 'at least'} {minimum:g}"
        upper = "" if maximum == math.inf else f"{' and' if lower else ''} at most {maximum:g}"
        raise ValueError(f"{argument} must be a finite number{lower}{upper}; got {value}.")
    if abs(value) > LARGEST:
        raise ValueError(f"{argument} must lie between {-LARGEST:g} and {LARGEST:g}; got {value}.")
    return float(value)


def check_tensor(argument, value, shape=None, floating=True, nonempty=True):
    """Return value where it is a tensor of the named shape.

    shape: a string such as "[N, 2]" or "[B, ...]": a number must match, a letter may be any size, and
    "..." stands for any further axes. Raises TypeError for another type or dtype, ValueError for another
    shape or an empty tensor.
    """
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{argument} must be a torch.Tensor; got {type(value).__name__}.")
    if value.is_complex() or (floating and not value.is_floating_point()):
        wanted = "floating-point" if floating else "real"
        raise TypeError(f"{argument} must hold {wanted} numbers; got {value.dtype}.")
    if value.device.type == "meta":
        raise ValueError(f"{argument} must hold numbers; it is on the meta device, which holds none.")
    if shape is not None and not _shape_matches(tuple(value.shape), shape):
        raise ValueError(f"{argument} must have shape {shape}; got {list(value.shape)}.")
    if nonempty and value.numel() == 0:
        raise ValueError(f"{argument} must not be empty; got shape {list(value.shape)}.")
    return value


def check_tensors(**tensors):
    """Raise unless each is a floating-point tensor with something in it; check_tensor's errors."""
    for argument, value in tensors.items():
        check_tensor(argument, value)


def check_whole(argument, value, shape=None, nonempty=True):
    """Return value as int64 where it is a tensor of whole numbers, such as labels; check_tensor's errors.

    As int64, for torch takes int16 for no index and uint8 for a mask.
    """
    check_tensor(argument, value, shape, floating=False, nonempty=nonempty)
    if value.dtype not in WHOLE:
        raise TypeError(f"{argument} must hold whole numbers, such as torch.int64; got {value.dtype}.")
    return value.long()


def check_labels(argument, value, count, shape=None):
    """Return value as int64 where it holds 0 to count - 1; on a GPU, which would wait, unread."""
    value = check_whole(argument, value, shape)
    if value.device.type == "cpu" and bool(((value < 0) | (value >= count)).any()):
        found = f"{int(value.min())} to {int(value.max())}"
        raise ValueError(f"{argument} must hold whole numbers from 0 to {count - 1}; got {found}.")
    return value


def check_bool(argument, value, shape=None):
    """Return value where it is a tensor of True and False; check_tensor's errors."""
    if check_tensor(argument, value, shape, floating=False).dtype != torch.bool:
        raise TypeError(f"{argument} must hold True and False, torch.bool; got {value.dtype}.")
    return value


def check_finite(argument, value):
    """Return value where it holds finite numbers only; ValueError where it does not."""
    if not bool(value.isfinite().all()):
        raise ValueError(f"{argument} must hold finite numbers only; got NaN or infinity.")
    return value


def check_within(argument, value, low=-math.inf, high=math.inf):
    """Return value where no number of it lies outside [low, high]; on a GPU, which would wait, unread.

    NaN passes, and shows in the answer.
    """
    if value.device.type == "cpu" and bool(((value < low) | (value > high)).any()):
        limits = f"at least {low:g}" if high == math.inf else f"between {low:g} and {high:g}"
        found = f"{float(value.min()):.4g} to {float(value.max()):.4g}"
        raise ValueError(f"{argument} must be {limits} everywhere; got {found}.")
    return value


def check_alike(argument, value, other_argument, other, nonempty=True):
    """Raise unless value and other are floating-point tensors of one shape; check_tensor's errors."""
    check_tensor(other_argument, other, nonempty=nonempty)
    check_tensor(argument, value, nonempty=nonempty)
    if value.shape != other.shape:
        raise ValueError(
            f"{argument} must have the shape of {other_argument}, {list(other.shape)}; "
            f"got {list(value.shape)}."
        )


def check_value(argument, value):
    """Return value where it is a number, or a tensor of floating-point numbers; NaN passes, and shows."""
    if isinstance(value, torch.Tensor):
        return check_tensor(argument, value, nonempty=False)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{argument} must be a number or a torch.Tensor; got {quoted(value)}.")
    return value


def as_numbers(argument, value, dtype=None):
    """A tensor, an array, a number or lists of numbers as a tensor; TypeError for anything else."""
    try:
        found = value if isinstance(value, torch.Tensor) else torch.as_tensor(value, dtype=dtype)
    except (TypeError, ValueError, RuntimeError):
        raise TypeError(f"{argument} must be a tensor, or lists of numbers; got {quoted(value)}.") from None
    return check_tensor(argument, found, floating=False, nonempty=False).to(dtype or found.dtype)


def check_together(**tensors):
    """Raise unless all are floating-point tensors whose shapes broadcast; check_tensor's errors."""
    check_tensors(**tensors)
    (first, *_), (shape, *others) = tensors, [value.shape for value in tensors.values()]
    for argument, other in zip(list(tensors)[1:], others, strict=True):
        try:
            shape = torch.broadcast_shapes(shape, other)
        except RuntimeError:
            found = f"{list(tensors[first].shape)} and {list(other)}"
            raise ValueError(
                f"{first} and {argument} must have shapes that broadcast; got {found}."
            ) from None


def check_sizes(argument, value, count=None, minimum=1):
    """Return value as a tuple where it is a tuple or list of whole numbers of at least 1, `count` of them."""
    if not isinstance(value, tuple | list):
        raise TypeError(f"{argument} must be a tuple of whole numbers; got {quoted(value)}.")
    if (count is not None and len(value) != count) or len(value) < minimum:
        wanted = f"at least {minimum}" if count is None else count
        raise ValueError(f"{argument} must hold {wanted} whole numbers; got {quoted(value)}.")
    return tuple(check_int(argument, size) for size in value)


def check_numbers(argument, value, count):
    """Return value as a tuple of floats where it is a tuple or list of `count` finite numbers."""
    if not isinstance(value, tuple | list) or len(value) != count:
        raise TypeError(f"{argument} must be {count} numbers; got {quoted(value)}.")
    return tuple(check_number(argument, one) for one in value)


def check_kind(argument, value, kind, words):
    """Return value where it is an instance of kind, which words name; TypeError where it is not."""
    if not isinstance(value, kind):
        raise TypeError(f"{argument} must be {words}; got {quoted(value)}.")
    return value


def check_has(argument, value, words, *names):
    """Return value where it has all attributes of these names, as what words name; TypeError if not."""
    missing = [name for name in names if not hasattr(value, name)]
    if missing:
        raise TypeError(f"{argument} must be {words}; got {quoted(value)}, without .{missing[0]}.")
    return value


def check_model(argument, value):
    """Return value where it is a torch.nn.Module."""
    return check_kind(argument, value, torch.nn.Module, "a torch.nn.Module")


def check_generator(argument, value):
    """Return value where it is a torch.Generator, or None for torch's global one."""
    return check_kind(argument, value, torch.Generator | None, "a torch.Generator or None")


def check_flag(argument, value):
    """Return value as a bool where it is True or False (or 1 or 0)."""
    if isinstance(value, numbers.Real) and value in (0, 1):
        return bool(value)
    raise TypeError(f"{argument} must be True or False; got {quoted(value)}.")


def check_text(argument, value):
    """Return value where it is text."""
    return check_kind(argument, value, str, "text")


def check_callable(argument, value, *places):
    """Return value where it can be called with as many arguments as places name; TypeError if it cannot."""
    wanted = f"a function of ({', '.join(places)})" if places else "a function"
    if not callable(value) or isinstance(value, type):
        raise TypeError(f"{argument} must be {wanted}; got {quoted(value)}.")
    if not places:
        return value
    try:
        signature = inspect.signature(value.forward if isinstance(value, torch.nn.Module) else value)
    except (TypeError, ValueError):  # some of C have none that can be read
        return value
    try:
        signature.bind(*places)
    except TypeError:
        raise TypeError(f"{argument} must be {wanted}; got one of {signature}.") from None
    return value


def check_answer(argument, value, shape):
    """Return what a function of the caller's gave, where it is a tensor of this shape."""
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{argument} must return a tensor; it returned {quoted(value)}.")
    if value.shape != torch.Size(shape):
        raise ValueError(f"{argument} must return shape {list(shape)}; it returned {list(value.shape)}.")
    return value


def quoted(value):
    """What was got, short enough to read: a value of a few characters, or its type."""
    if isinstance(value, str | int | float | tuple | list | None):
        text = repr(value)
        return text if len(text) <= 60 else f"{text[:60]}..."
    return type(value).__name__


def _shape_matches(shape, pattern):
    axes = [axis.strip() for axis in pattern.strip("[]").split(",") if axis.strip()]
    if axes and axes[-1] == "...":
        axes.pop()
        shape = shape[: len(axes)] if len(shape) >= len(axes) else None
    if shape is None or len(shape) != len(axes):
        return False
    return all(not axis.isdigit() or int(axis) == size for axis, size in zip(axes, shape, strict=True))
