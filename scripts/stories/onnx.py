# %% [markdown]
# # A model served, without syn0
#
# Trained here, written as ONNX, and answered from a small web server that knows ONNX Runtime alone.

# %%
import tempfile
from pathlib import Path

from sklearn.datasets import load_iris

from syn0 import MLPClassifier

iris = load_iris()
model = MLPClassifier(hidden_layer_sizes=(8,), max_iter=2000, random_state=0)
model.fit(iris.data, iris.target)
file = Path(tempfile.mkdtemp()) / "iris.onnx"
model.export(file)
print(f"{file.name}, less than {file.stat().st_size // 1000 + 1} KB")

# %% [markdown]
# The server: a POST with rows gets their classes.

# %%
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
takes, gives = session.get_inputs()[0], session.get_outputs()[0]


class Answers(BaseHTTPRequestHandler):
    """Answers rows with classes."""

    def do_POST(self):
        """Read rows, write classes."""
        rows = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind = np.float64 if "double" in takes.type else np.float32
        (classes,) = session.run([gives.name], {takes.name: np.array(rows, kind)})
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps([iris.target_names[k] for k in classes]).encode())

    def log_message(self, *what):
        """Say nothing."""


server = HTTPServer(("127.0.0.1", 0), Answers)
threading.Thread(target=server.serve_forever, daemon=True).start()

# %% [markdown]
# A client of it:

# %%
import urllib.request

address = f"http://127.0.0.1:{server.server_port}"
asked = json.dumps(iris.data[[0, 60, 140]].tolist()).encode()
with urllib.request.urlopen(address, asked) as answer:
    print(json.loads(answer.read()))
server.shutdown()
server.server_close()
print([str(iris.target_names[k]) for k in model.predict(iris.data[[0, 60, 140]])])
