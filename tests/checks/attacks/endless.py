# ruff: noqa: SIM105, E722
"""Calls that do not come back, or take all the memory there is."""

import itertools
import re
import threading
import time

import torch

KINDS = {"wrong"}
# One call into C that never returns, or one piece of memory: nothing in the same process can end those.
APART = {
    "long_sum", "regex_catastrophe", "huge_power", "huge_text", "huge_product", "endless_count",
    "huge_zeros", "huge_tensor", "waits_for_a_lock", "swallows_in_layers", "endless_list_of_c",
    "huge_bytes", "long_svd", "sleeps_and_swallows", "doubling_text", "grows_a_tensor",
}  # fmt: skip


def loop(p, q):
    while True:
        pass


def swallows(p, q):
    while True:
        try:
            sum(range(1000))
        except BaseException:
            pass


def swallows_bare(p, q):
    x = 0
    while True:
        try:
            x += 1
        except:
            x = 0


def swallows_in_layers(p, q):
    while True:
        try:
            while True:
                try:
                    sum(range(1000))
                except BaseException:
                    pass
        except BaseException:
            pass


def sleeps_and_swallows(p, q):
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            pass


def calls_itself_when_stopped(p, q):
    try:
        loop(p, q)
    finally:
        loop(p, q)


def sleeps(p, q):
    time.sleep(1e6)


def long_sum(p, q):
    return sum(range(10**12))


def regex_catastrophe(p, q):
    return re.match(r"(a+)+$", "a" * 60 + "b")


def huge_power(p, q):
    return len(str(7 ** (10**8)))


def endless_count(p, q):
    return sum(itertools.count())


def endless_list_of_c(p, q):
    return list(itertools.repeat(1))


def long_svd(p, q):
    return torch.linalg.svd(torch.eye(6000)).S.sum()


def huge_product(p, q):
    x = torch.ones(8000, 8000, dtype=torch.float64)
    for _ in range(1000):
        x = x @ x
    return x.sum()


def huge_text(p, q):
    return len("a" * 10**10)


def doubling_text(p, q):
    text = "a"
    while True:
        text += text


def huge_bytes(p, q):
    return len(bytearray(20 * 10**9))


def huge_zeros(p, q):
    return torch.zeros(5 * 10**9).add_(1).sum()


def huge_tensor(p, q):
    return torch.ones(20 * 10**9, dtype=torch.uint8).sum()


def grows_a_tensor(p, q):
    x = torch.ones(1000)
    while True:
        x = torch.cat([x, x])


def appends(p, q):
    kept = []
    while True:
        kept.append(1.0)


def appends_tensors(p, q):
    kept = []
    while True:
        kept.append(torch.zeros(1000))


def prints(p, q):
    while True:
        print("again and again")


def waits_for_a_lock(p, q):
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def waits_for_an_event(p, q):
    threading.Event().wait()


def iterates_an_endless_generator(p, q):
    return max(x for x in itertools.count())


def backward_loops(p, q):
    class Endless(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, gradient):
            while True:
                pass

    return Endless.apply((p * 1.0).requires_grad_()).sum().backward()
