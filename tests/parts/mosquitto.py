"""A real Mosquitto on a free port: down for a while, slow, refusing."""

import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

import paho.mqtt.client as mqtt

PROGRAM = "/usr/sbin/mosquitto"


class Mosquitto:
    """A broker that keeps its port over `kill` and `start`, and its retained messages over nothing."""

    def __init__(self, folder, credential=None):
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._process = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.admit(*([credential] if credential else []))

    def admit(self, *credentials):
        """From the next start on: who gives one of these names and passwords; everybody if there are none."""
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "log_type none"]
        if not credentials:
            lines.append("allow_anonymous true")
        else:
            passwords = self._folder / "passwords"
            passwords.write_text("")
            for credential in credentials:
                subprocess.run(
                    ["mosquitto_passwd", "-b", passwords, *credential], check=True, capture_output=True
                )
            # Started by root, the broker becomes another user.
            self._folder.chmod(0o755)
            passwords.chmod(0o644)
            lines += ["allow_anonymous false", f"password_file {passwords}", "user root"]
        self._write(lines)

    def speak_tls(self):
        """From the next start on, with a certificate of its own for this machine, which is returned."""
        certificate, key = self._folder / "broker.pem", self._folder / "broker.key"
        subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
        made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        files = ["-nodes", "-days", "2", "-keyout", key, "-out", certificate]
        subprocess.run([*made, *files, *subject], check=True, capture_output=True)
        self._write(
            [
                f"listener {self.port} 127.0.0.1",
                "persistence false",
                "log_type none",
                "allow_anonymous true",
                "user root",
                f"certfile {certificate}",
                f"keyfile {key}",
            ]
        )
        return certificate

    def _write(self, lines):
        (self._folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def start(self):
        self._process = subprocess.Popen(
            [PROGRAM, "-c", self._folder / "mosquitto.conf"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self._process.poll() is None
            time.sleep(0.02)
        raise TimeoutError("Mosquitto does not listen")

    def kill(self):
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self):
        """It holds its connections and does nothing."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self._process.send_signal(signal.SIGCONT)

    @contextmanager
    def serving(self):
        self.start()
        try:
            yield self
        finally:
            self.kill()

    @contextmanager
    def listening(self, topic="#", credential=None):
        """A `Listener`, subscribed when the block begins."""
        listener = Listener(self.port, topic, credential)
        try:
            assert listener.is_subscribed.wait(20)
            yield listener
        finally:
            listener.close()


class Listener:
    """Another program at the broker; connects again by itself. `heard`: (topic, payload, is_retained)."""

    def __init__(self, port, topic, credential):
        self.heard = []
        self.is_subscribed = threading.Event()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(0.05, 0.1)
        if credential:
            self._client.username_pw_set(*credential)
        self._client.on_connect = lambda client, *_: client.subscribe(topic, 1)
        self._client.on_subscribe = lambda *_: self.is_subscribed.set()
        self._client.on_message = self._hear
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()

    def last(self, topic):
        """The newest payload of a topic, or None."""
        return next((payload for heard, payload, _ in reversed(self.heard) if heard == topic), None)

    def _hear(self, client, userdata, message):
        self.heard.append((message.topic, message.payload, message.retain))
