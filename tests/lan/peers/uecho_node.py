"""A device or a controller made with uecho (PyPI), driven over stdin.

One request a line, {do: [name, ...]}, is answered by one line {result}. Every message that it hears is a line. Its end
is the end of stdin.
"""

import json
import os
import sys
import threading
from typing import Any

from uecho import Controller, Device, LocalNode
from uecho.message import Message
from uecho.property import Property
from uecho.protocol.message import Message as ProtocolMessage

AIRCON, TARGET = 0x013001, 0xB3
VALUES = {0x80: "31", 0x81: "08", 0x82: "00005200", 0x88: "42", 0x8A: "000077", 0xB0: "42", TARGET: "18", 0xBB: "1d"}


printing = threading.Lock()  # messages are heard in several threads


def say(**line: object) -> None:
    with printing:
        print(json.dumps(line), flush=True)


def rows(properties: list[Any]) -> list[list[object]]:
    return [[item.code, bytes(item.data).hex()] for item in properties]


class Observer:
    def message_received(self, message: ProtocolMessage) -> None:
        say(
            **{"from": message.from_addr[0], "port": message.from_addr[1]},
            esv=message.ESV,
            seoj=message.SEOJ,
            deoj=message.DEOJ,
            properties=rows(message.properties),
        )


class AirConditioner(Device):
    def __init__(self) -> None:
        super().__init__(AIRCON)
        for epc, value in VALUES.items():
            self.set_property_data(epc, bytes.fromhex(value))

    def property_write_requested(self, prop: Property, data: bytes) -> bool:
        return super().property_write_requested(prop, data) and (prop.code != TARGET or data[0] <= 50)


def message_of(eoj: int, esv: int, properties: list[list[Any]], gets: list[int]) -> Message:
    message = Message()
    message.DEOJ, message.ESV = eoj, esv
    add = message.add_set_property if gets else message.add_property
    for epc, value in properties:
        add((epc, bytes.fromhex(value)))
    for epc in gets:
        message.add_get_property((epc, b""))
    return message


def post(node: Controller, to: str, *words: Any) -> object:
    answer = node.post_message(message_of(*words), (to, 3610))
    return answer and [answer.ESV, rows(answer.properties), rows(answer.set_properties), rows(answer.get_properties)]


def announce(node: LocalNode, eoj: int, epc: int) -> None:
    message = message_of(0x0EF001, 0x73, [[epc, node.get_object(eoj).get_property_data(epc).hex()]], [])
    message.SEOJ = eoj
    node.announce_message(message)


def objects(node: Controller) -> dict[str, list[int]]:
    return {found.ip: sorted(item.code for item in found.objects) for found in node.nodes}


def main() -> None:
    node = Controller() if sys.argv[1] == "controller" else LocalNode()
    if sys.argv[1] == "device":
        node.add_object(AirConditioner())
    if not node.start():
        sys.exit("uecho does not start")
    node.add_observer(Observer())
    actions = {
        "post": lambda *words: post(node, *words),
        "announce": lambda eoj, epc: announce(node, eoj, epc),
        "objects": lambda: objects(node),
        "search": lambda: node.search(),
        "map": lambda codes: Property(0x9F, bytes.fromhex(codes)).property_map_codes,
    }
    say(result="ready")
    for line in sys.stdin:
        name, *words = json.loads(line)["do"]
        say(result=actions[name](*words))
    os._exit(0)  # its threads wait for ever


main()
