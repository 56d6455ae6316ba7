"""One message as it is: every service of ECHONET Lite, and every answer to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from . import _warifu
from ._numbers import milliseconds
from ._warifu import Event

if TYPE_CHECKING:
    from ._base_endpoint import BaseEndpoint

Service = Literal["SetI", "SetC", "Get", "INF_REQ", "SetGet", "INF", "INFC"]
ESV: dict[str, int] = {
    "SetI": 0x60,
    "SetC": 0x61,
    "Get": 0x62,
    "INF_REQ": 0x63,
    "SetGet": 0x6E,
    "INF": 0x73,
    "INFC": 0x74,
}
ANSWERS = {
    0x50: "SetI_SNA",
    0x51: "SetC_SNA",
    0x52: "Get_SNA",
    0x53: "INF_SNA",
    0x5E: "SetGet_SNA",
    0x71: "Set_Res",
    0x72: "Get_Res",
    0x73: "INF",
    0x7A: "INFC_Res",
    0x7E: "SetGet_Res",
}
Asked = Iterable[int | tuple[int, bytes]]
Target = tuple[int, str | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one object answered to a request: `service` is "Get_Res", "SetC_SNA" and so on.

    `properties` and `gets` are (EPC, EDT) in the order of the frame; `gets` is the second list of a SetGet.
    """

    address: str
    eoj: int
    service: str
    properties: tuple[tuple[int, bytes], ...]
    gets: tuple[tuple[int, bytes], ...] = ()

    @property
    def is_refusal(self) -> bool:
        """Whether some of it was refused."""
        return self.service.endswith("_SNA")


def _properties(asked: Asked) -> list[tuple[int, bytes]]:
    return [(item, b"") if isinstance(item, int) else item for item in asked]


def _answer_of(event: Event) -> Answer:
    frame = _warifu.edata_parse(event.edata)
    service = ANSWERS.get(frame.esv, f"{frame.esv:02X}")
    return Answer(event.address or "", frame.seoj, service, tuple(frame.properties), tuple(frame.gets or ()))


async def request(
    endpoint: "BaseEndpoint",
    target: Target,
    service: Service,
    eoj: int,
    properties: Asked,
    gets: Asked = (),
    *,
    timeout: float | None = None,
    repeatable: bool = False,
) -> tuple[Event, list[Answer]]:
    """Sends it and collects one answer of each object, in the order in which they came. Raises KeyError."""
    runtime = endpoint._open
    second = _properties(gets) if service == "SetGet" else None
    edata = _warifu.edata_compose(endpoint._seoj, eoj, ESV[service], _properties(properties), second)
    peer, address = target
    answers: dict[tuple[str, int], Answer] = {}  # a copy of the question brings a copy of the answer
    with runtime.call(
        lambda now: runtime.engine.request(
            now, edata, peer=peer, address=address, timeout_ms=milliseconds(timeout), repeatable=repeatable
        )
    ) as under_way:
        while True:
            event = await under_way.next()
            if event.edata:
                answer = _answer_of(event)
                answers.setdefault((answer.address, answer.eoj), answer)
            if event.kind == "done":
                return event, list(answers.values())


async def inform(
    endpoint: "BaseEndpoint",
    target: Target,
    eoj: int,
    epcs: Iterable[int],
    *,
    confirm: bool,
    timeout: float | None = None,
) -> Event:
    """INF or INFC of own properties to one node."""
    runtime = endpoint._open
    peer, address = target
    with runtime.call(
        lambda now: runtime.engine.inform(
            now, eoj, bytes(epcs), peer=peer, address=address, confirm=confirm, timeout_ms=milliseconds(timeout)
        )
    ) as under_way:
        return await under_way.result()
