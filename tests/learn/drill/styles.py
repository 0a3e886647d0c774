"""Programs that are right, each written in another way, and programs that are right by luck."""

from __future__ import annotations

DATA = """
import numpy as np
X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0, 1, 1, 0]]).T
random = np.random.RandomState(3)
"""

RIGHT = {
    "the eleven lines": DATA
    + """
syn0 = 2*random.random_sample((3,4)) - 1
syn1 = 2*random.random_sample((4,1)) - 1
for j in range(60000):
    l1 = 1/(1+np.exp(-(np.dot(X,syn0))))
    l2 = 1/(1+np.exp(-(np.dot(l1,syn1))))
    l2_delta = (y - l2)*(l2*(1-l2))
    l1_delta = l2_delta.dot(syn1.T) * (l1 * (1-l1))
    syn1 += l1.T.dot(l2_delta)
    syn0 += X.T.dot(l1_delta)
""",
    "other names, and the derivative as a flag": DATA
    + """
def nonlin(x, deriv=False):
    if deriv:
        return x * (1 - x)
    return 1 / (1 + np.exp(-x))

rng = np.random.default_rng(7)
w_in, w_out = rng.normal(size=(3, 4)), rng.normal(size=(4, 1))
for _ in range(100):
    hidden = nonlin(X @ w_in)
    guess = nonlin(hidden @ w_out)
    missed = y - guess
    blame = missed * nonlin(guess, True)
    hidden_blame = blame @ w_out.T * nonlin(hidden, True)
    w_out = w_out + hidden.T @ blame
    w_in = w_in + X.T @ hidden_blame
""",
    "gradients that are subtracted": DATA
    + """
syn0 = random.uniform(-1, 1, (3, 4))
syn1 = random.uniform(-1, 1, (4, 1))
step = 0
while step < 50:
    l1 = 1 / (1 + np.exp(-X @ syn0))
    l2 = 1 / (1 + np.exp(-l1 @ syn1))
    error = l2 - y
    d2 = error * l2 * (1 - l2)
    d1 = d2 @ syn1.T * l1 * (1 - l1)
    syn1 -= l1.T @ d2
    syn0 -= X.T @ d1
    step += 1
""",
    "examples as columns": DATA
    + """
A, t = X.T, y.T
W1 = random.uniform(-1, 1, (4, 3))
W2 = random.uniform(-1, 1, (1, 4))
for step in range(50):
    H = 1 / (1 + np.exp(-W1 @ A))
    O = 1 / (1 + np.exp(-W2 @ H))
    dO = (t - O) * O * (1 - O)
    dH = W2.T @ dO * H * (1 - H)
    W2 += dO @ H.T
    W1 += dH @ A.T
""",
    "einsum": DATA
    + """
syn0 = random.uniform(-1, 1, (3, 4))
syn1 = random.uniform(-1, 1, (4, 1))
def squash(z): return 1 / (1 + np.exp(-z))
for step in range(50):
    l1 = squash(np.einsum("ri,ij->rj", X, syn0))
    l2 = squash(np.einsum("rj,jk->rk", l1, syn1))
    d2 = (y - l2) * l2 * (1 - l2)
    d1 = np.einsum("rk,jk,rj->rj", d2, syn1, l1 * (1 - l1))
    syn1 += np.einsum("rj,rk->jk", l1, d2)
    syn0 += np.einsum("ri,rj->ij", X, d1)
""",
    "loops over examples and units": DATA
    + """
import math
syn0 = random.uniform(-1, 1, (3, 4))
syn1 = random.uniform(-1, 1, (4, 1))
def squash(z): return 1 / (1 + math.exp(-z))
for step in range(50):
    change0, change1 = np.zeros((3, 4)), np.zeros((4, 1))
    for r in range(len(X)):
        l1 = [squash(sum(X[r][i] * syn0[i][j] for i in range(3))) for j in range(4)]
        l2 = squash(sum(l1[j] * syn1[j][0] for j in range(4)))
        d2 = (y[r][0] - l2) * l2 * (1 - l2)
        for j in range(4):
            d1 = d2 * syn1[j][0] * l1[j] * (1 - l1[j])
            change1[j, 0] += l1[j] * d2
            for i in range(3):
                change0[i, j] += X[r][i] * d1
    syn1 += change1
    syn0 += change0
""",
    "float32": DATA
    + """
X = X.astype(np.float32)
y = y.astype(np.float32)
syn0 = random.uniform(-1, 1, (3, 4)).astype(np.float32)
syn1 = random.uniform(-1, 1, (4, 1)).astype(np.float32)
for step in range(50):
    l1 = 1 / (1 + np.exp(-X @ syn0))
    l2 = 1 / (1 + np.exp(-l1 @ syn1))
    l2_delta = (y - l2) * l2 * (1 - l2)
    l1_delta = l2_delta @ syn1.T * l1 * (1 - l1)
    syn1 += l1.T @ l2_delta
    syn0 += X.T @ l1_delta
""",
    "merged lines": DATA
    + """
syn0, syn1 = (random.uniform(-1, 1, shape) for shape in ((3, 4), (4, 1)))
f = lambda z: 1 / (1 + np.exp(-z))
for step in range(50):
    h = f(X @ syn0); o = f(h @ syn1)
    d = (y - o) * o * (1 - o)
    syn0, syn1 = syn0 + X.T @ (d @ syn1.T * h * (1 - h)), syn1 + h.T @ d
""",
    "in place, into the same arrays": DATA
    + """
syn0 = random.uniform(-1, 1, (3, 4))
syn1 = random.uniform(-1, 1, (4, 1))
out = np.empty((len(X), 1))
hid = np.empty((len(X), 4))
for step in range(50):
    np.matmul(X, syn0, out=hid)
    np.negative(hid, out=hid); np.exp(hid, out=hid); hid += 1; np.reciprocal(hid, out=hid)
    np.matmul(hid, syn1, out=out)
    out[:] = 1 / (1 + np.exp(-out))
    delta = y - out
    out *= 1 - out
    delta *= out
    back = delta @ syn1.T
    back *= hid
    back *= 1 - hid
    np.add(syn1, hid.T @ delta, out=syn1)
    syn0[:] = syn0 + X.T @ back
""",
    "a class, the loop in a method": DATA
    + """
class Net:
    def __init__(self, sizes):
        self.weights = [random.uniform(-1, 1, pair) for pair in zip(sizes, sizes[1:])]

    def forward(self, x):
        values = [x]
        for w in self.weights:
            values.append(1 / (1 + np.exp(-(values[-1] @ w))))
        return values

    def train(self, x, t, steps):
        for _ in range(steps):
            values = self.forward(x)
            delta = (t - values[-1]) * values[-1] * (1 - values[-1])
            for k in reversed(range(len(self.weights))):
                change = values[k].T @ delta
                delta = (delta @ self.weights[k].T) * values[k] * (1 - values[k])
                self.weights[k] = self.weights[k] + change

if __name__ == "__main__":
    Net([3, 4, 1]).train(X, y, 1000)
""",
    "loops in loops, a learning rate of 1": DATA
    + """
for alpha in [1]:
    np.random.seed(1)
    syn0 = 2 * np.random.random_sample((3, 4)) - 1
    syn1 = 2 * np.random.random_sample((4, 1)) - 1
    for epoch in range(6):
        for step in range(10):
            l1 = 1 / (1 + np.exp(-(X @ syn0)))
            l2 = 1 / (1 + np.exp(-(l1 @ syn1)))
            l2_delta = (l2 - y) * (l2 * (1 - l2))
            l1_delta = l2_delta @ syn1.T * (l1 * (1 - l1))
            syn1 -= alpha * (l1.T @ l2_delta)
            syn0 -= alpha * (X.T @ l1_delta)
        print(epoch, np.mean(np.abs(y - l2)))
""",
    "lists alone": """
import math, random
X = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
y = [[0], [1], [1], [0]]
random.seed(1)
syn0 = [[2 * random.random() - 1 for j in range(4)] for i in range(3)]
syn1 = [[2 * random.random() - 1] for j in range(4)]
f = lambda z: 1 / (1 + math.exp(-z))
def mul(a, b):
    return [[sum(p * q for p, q in zip(row, column)) for column in zip(*b)] for row in a]
def turn(a): return [list(column) for column in zip(*a)]
for step in range(20):
    l1 = [[f(z) for z in row] for row in mul(X, syn0)]
    l2 = [[f(z) for z in row] for row in mul(l1, syn1)]
    d2 = [[(t[0] - o[0]) * o[0] * (1 - o[0])] for t, o in zip(y, l2)]
    back = mul(d2, turn(syn1))
    d1 = [[b * v * (1 - v) for b, v in zip(*pair)] for pair in zip(back, l1)]
    change1, change0 = mul(turn(l1), d2), mul(turn(X), d1)
    syn1 = [[a + b for a, b in zip(*pair)] for pair in zip(syn1, change1)]
    syn0 = [[a + b for a, b in zip(*pair)] for pair in zip(syn0, change0)]
""",
}

START = (
    DATA
    + """
syn0 = 2 * random.random_sample((3, 4)) - 1
syn1 = 2 * random.random_sample((4, 1)) - 1
def f(z): return 1 / (1 + np.exp(-z))
"""
)

LUCKY = {
    "rows = units: a transpose is missing": START
    + """
for step in range(50):
    l1 = f(X @ syn0); l2 = f(l1 @ syn1)
    l2_delta = (y - l2) * l2 * (1 - l2)
    l1_delta = l2_delta @ syn1.T * l1 * (1 - l1)
    syn1 += l1 @ l2_delta
    syn0 += X.T @ l1_delta
""",
    "targets of 0 and 1: their squares": START
    + """
for step in range(50):
    l1 = f(X @ syn0); l2 = f(l1 @ syn1)
    l2_delta = (y * y - l2) * l2 * (1 - l2)
    l1_delta = l2_delta @ syn1.T * l1 * (1 - l1)
    syn1 += l1.T @ l2_delta
    syn0 += X.T @ l1_delta
""",
    "inputs of 0 and 1: compared with 0": START
    + """
for step in range(50):
    l1 = f(X @ syn0); l2 = f(l1 @ syn1)
    l2_delta = (y - l2) * l2 * (1 - l2)
    l1_delta = l2_delta @ syn1.T * l1 * (1 - l1)
    syn1 += l1.T @ l2_delta
    syn0 += (X > 0).T @ l1_delta
""",
    "one step": START
    + """
for step in range(1):
    l1 = f(X @ syn0); l2 = f(l1 @ syn1)
    l2_delta = (y - l2) * l2 * (1 - l2)
    l1_delta = l2_delta @ syn1.T * l1 * (1 - l1)
    syn1 += l1.T @ l2_delta
    syn0 += X.T @ l1_delta
""",
    "four rows written in": START
    + """
for step in range(50):
    l1, l2 = np.zeros((4, 4)), np.zeros((4, 1))
    for r in range(4):
        l1[r] = f(X[r] @ syn0)
        l2[r] = f(l1[r] @ syn1)
    l2_delta = (y[:4] - l2) * l2 * (1 - l2)
    l1_delta = l2_delta @ syn1.T * l1 * (1 - l1)
    syn1 += l1.T @ l2_delta
    syn0 += X[:4].T @ l1_delta
""",
    "a third column that is always 1": START
    + """
for step in range(50):
    A = np.hstack([X[:, :2], np.ones((len(X), 1))])
    l1 = f(A @ syn0); l2 = f(l1 @ syn1)
    l2_delta = (y - l2) * l2 * (1 - l2)
    l1_delta = l2_delta @ syn1.T * l1 * (1 - l1)
    syn1 += l1.T @ l2_delta
    syn0 += A.T @ l1_delta
""",
}
