# SPDX-License-Identifier: Apache-2.0
"""Chance that is the same everywhere.

Everything is built on random.Random(int).random(), whose sequence Python promises to
keep, and on exact arithmetic: no libm, no hash order, no sampling helpers of the
standard library.
"""
import hashlib
import random


def stream(*labels):
    """A generator of its own for a place in the model, named by `labels`."""
    text = "\x1f".join(str(label) for label in labels)
    digest = hashlib.sha256(text.encode()).digest()
    return Rng(int.from_bytes(digest[:16], "big"))


def token(*labels, n=32):
    """`n` hex digits that belong to `labels`."""
    text = "\x1f".join(str(label) for label in labels)
    return hashlib.sha256(text.encode()).hexdigest()[:n]


class Rng:
    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, n):
        return int(self.random() * n)

    def between(self, low, high):
        return low + int(self.random() * (high - low + 1))

    def chance(self, per_mille):
        return self.random() * 1000 < per_mille

    def pick(self, items):
        return items[int(self.random() * len(items))]

    def some(self, items, n):
        """`n` different items, in an order of chance."""
        pool = list(items)
        n = min(n, len(pool))
        for i in range(n):
            j = i + int(self.random() * (len(pool) - i))
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:n]

    def round(self, value):
        """`value` as a whole number, the rest decided by chance."""
        whole = int(value)
        return whole + (1 if self.random() < value - whole else 0)

    def split(self, total, n):
        """`total` in `n` unequal shares, some of them perhaps 0."""
        weights = [1 + int(self.random() * 9) for _ in range(n)]
        scale = sum(weights)
        shares = [total * w // scale for w in weights]
        for i in range(total - sum(shares)):
            shares[i % n] += 1
        return shares
