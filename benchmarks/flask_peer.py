"""The peer: what a maker writes in an evening. Flask, Pillow, LiteRT, one network, no more.

    python benchmarks/flask_peer.py NETWORK.tflite PORT

It answers POST /api/image (raw body or multipart `image`) with {"tags": {class: confidence}}.
"""

from __future__ import annotations

import io
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from flask import Flask, Response, jsonify, request
from PIL import Image

app = Flask(__name__)
interpreter = Interpreter(sys.argv[1], num_threads=1)
interpreter.allocate_tensors()
source = interpreter.get_input_details()[0]
target = interpreter.get_output_details()[0]
_, height, width, _ = source["shape"]


@app.post("/api/image")
def image() -> Response:
    """Decode, resize, infer, name the best five."""
    body = request.files["image"].read() if request.files else request.get_data()
    picture = Image.open(io.BytesIO(body)).convert("RGB").resize((width, height))
    interpreter.set_tensor(source["index"], np.asarray(picture)[None])
    interpreter.invoke()
    scale, zero = target["quantization"]
    scores = (interpreter.get_tensor(target["index"])[0].astype(np.float32) - zero) * scale
    best = np.argsort(scores)[::-1][:5]
    return jsonify(tags={str(label): float(scores[label]) for label in best})


if __name__ == "__main__":
    app.run(port=int(sys.argv[2]), threaded=True)
