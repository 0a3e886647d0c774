"""PyTorch: eager, `torch.nn` and its fused optimizers, on as many threads as it takes."""

from __future__ import annotations

from typing import Any

from syn0.bench.peers.base import Call, Job, Peer


class PyTorch(Peer):
    """A loop as its tutorials have it."""

    name, title = "torch", "PyTorch"
    packages = ("torch",)

    def training(self, job: Job) -> Call:
        """See `Peer`."""
        import torch

        model = model_of(job)
        kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[job.optimizer]
        optimizer = kind(model.parameters(), lr=job.rate, fused=True)
        X, y = torch.from_numpy(job.X), torch.from_numpy(job.y)
        if job.loss == "cross_entropy":
            y = torch.from_numpy(job.classes)
        order = [slice(None)] * job.steps if job.order is None else torch.from_numpy(job.order)

        def train() -> object:
            for rows in order:
                optimizer.zero_grad()
                loss_of(job, model(X[rows]), y[rows]).backward()
                optimizer.step()
            return layers_of(model)

        return train

    def prediction(self, job: Job) -> Call:
        """See `Peer`."""
        import torch

        model, end = model_of(job), end_of(job)
        row = job.X[:1]

        def predict() -> object:
            with torch.inference_mode():
                return end(model(torch.from_numpy(row))).numpy()

        return predict


def model_of(job: Job) -> Any:
    """The layers without the last activation, from the job's start."""
    import torch

    hidden = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh}
    parts: list[Any] = []
    for W, b in job.layers:
        linear = torch.nn.Linear(*W.shape, bias=b is not None, dtype=torch.from_numpy(W).dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T))
            if b is not None:
                linear.bias.copy_(torch.from_numpy(b))
        parts += [linear, hidden[job.hidden]()]
    return torch.nn.Sequential(*parts[:-1])


def end_of(job: Job) -> Any:
    """The last activation."""
    import torch

    ends = {"softmax": lambda z: torch.softmax(z, 1), "sigmoid": torch.sigmoid}
    return ends.get(job.end, lambda z: z)


def loss_of(job: Job, z: Any, y: Any) -> Any:
    """The loss of the last layer's weighted sums."""
    from torch.nn import functional

    if job.loss == "cross_entropy":
        loss = functional.cross_entropy(z, y, reduction="sum")
    elif job.loss == "binary_cross_entropy":
        loss = functional.binary_cross_entropy_with_logits(z, y, reduction="sum")
    else:
        loss = functional.mse_loss(end_of(job)(z), y, reduction="sum") / 2
    return loss / len(z) if job.mean else loss


def layers_of(model: Any) -> list[tuple[Any, Any]]:
    """The weights and constants of each layer, as NumPy has them."""
    linear = [part for part in model if hasattr(part, "weight")]
    return [
        (part.weight.detach().numpy().T, None if part.bias is None else part.bias.detach().numpy())
        for part in linear
    ]
