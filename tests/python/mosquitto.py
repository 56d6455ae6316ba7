"""Mosquitto with TLS, passwords and an access list, on a free port of the loopback interface; and a client of it."""

import contextlib
import datetime
import ipaddress
import json
import os
import queue
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

PROGRAM = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
needed = pytest.mark.skipif(PROGRAM is None, reason="mosquitto is not installed; ./dev setup does it")
PASSWORDS = {"upstairs": "up-secret", "downstairs": "down-secret", "home": "home-secret"}
SECONDS = 20
ACCESS = """
user home
topic readwrite warifu/#
topic read homeassistant/#
pattern readwrite warifu/%u/#
pattern write homeassistant/+/%u/+/config
"""


def wait_until(true: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def make_certificates(folder: Path) -> None:
    """An authority, `ca.pem`, and the certificate of 127.0.0.1 from it."""
    now = datetime.datetime.now(datetime.UTC)
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("ca", "broker")}
    names = {name: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]) for name in keys}
    place = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    for name, extension in (("ca", x509.BasicConstraints(True, 0)), ("broker", place)):
        builder = x509.CertificateBuilder(
            names["ca"], names[name], keys[name].public_key(), x509.random_serial_number()
        )
        builder = builder.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
        made = builder.add_extension(extension, critical=name == "ca").sign(keys["ca"], hashes.SHA256())
        (folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key = keys["broker"].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "broker.key").write_bytes(key)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Broker:
    """Mosquitto in a process; `kill` gives it no time for anything."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.plain_port = folder, free_port(), free_port()
        make_certificates(folder)
        passwords = folder / "passwords"
        passwords.write_text("".join(f"{user}:{word}\n" for user, word in PASSWORDS.items()))
        subprocess.run(["mosquitto_passwd", "-U", passwords], check=True, capture_output=True)
        (folder / "access").write_text(ACCESS)
        lines = [
            "per_listener_settings false",
            "allow_anonymous false",
            f"password_file {passwords}",
            f"acl_file {folder}/access",
            "persistence true",
            f"persistence_location {folder}/",
            "autosave_on_changes true",
            "autosave_interval 1",
            f"log_dest file {folder}/mosquitto.log",
            f"listener {self.port} 127.0.0.1",
            f"cafile {folder}/ca.pem",
            f"certfile {folder}/broker.pem",
            f"keyfile {folder}/broker.key",
            f"listener {self.plain_port} 127.0.0.1",
        ]
        if os.geteuid() == 0:
            lines.append("user root")  # else it would change to one that can't read the folder
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert PROGRAM is not None
        self._process = subprocess.Popen([PROGRAM, "-c", self.folder / "mosquitto.conf"], stderr=subprocess.DEVNULL)
        wait_until(self._listens, "mosquitto listens")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Broker]:
    broker = Broker(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


class Client:
    """Somebody in the home: hears everything, and commands with QoS 1."""

    def __init__(self, broker: Broker, user: str = "home", password: str | None = None, *, tls: bool = True) -> None:
        self.retained: dict[str, str] = {}
        self.results: dict[str, list[dict[str, Any]]] = {}  # by id, as they came
        self.verdicts: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._client = client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"test-{user}", protocol=mqtt.MQTTv5, reconnect_on_failure=tls
        )
        client.username_pw_set(user, PASSWORDS[user] if password is None else password)
        if tls:
            client.tls_set_context(ssl.create_default_context(cafile=broker.folder / "ca.pem"))
        client.reconnect_delay_set(1, 1)
        client.on_connect, client.on_message, client.on_disconnect = self._on_connect, self._on_message, self._on_end
        client.connect_async("127.0.0.1", broker.port, clean_start=True)
        client.loop_start()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def is_connected(self) -> bool:
        return self._client.is_connected()

    def command(self, topic: str, values: object, id: bytes | None = None, *, qos: int = 1) -> None:
        properties = Properties(PacketTypes.PUBLISH)
        if id is not None:
            properties.CorrelationData = id
        payload = values if isinstance(values, str) else json.dumps(values)
        self._client.publish(f"{topic}/set", payload, qos=qos, properties=properties)

    def result(self, id: str) -> dict[str, Any]:
        wait_until(lambda: id in self.results, f"the result of {id!r}")
        return self.results[id][0]

    def _on_connect(self, client: mqtt.Client, _1: object, _2: object, reason: Any, _3: object) -> None:
        self.verdicts.put(f"{reason}")
        client.subscribe([("warifu/#", 1), ("homeassistant/#", 1)])

    def _on_end(self, _1: object, _2: object, _3: object, reason: Any, _4: object) -> None:
        self.verdicts.put(f"ended: {reason}")

    def _on_message(self, _1: object, _2: object, message: mqtt.MQTTMessage) -> None:
        if message.topic.endswith("/result"):
            told = json.loads(message.payload)
            self.results.setdefault(told["id"], []).append(told)
        elif not message.topic.endswith("/set"):
            self.retained[message.topic] = message.payload.decode()
