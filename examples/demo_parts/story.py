"""The story that the demo plays, act by act; it gathers evidence and judges nothing."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import make_identities

from .attacker import Attacker, tampered
from .failure import DemoError
from .frames import PLAIN, SETC, Plain, parse
from .judge import CELSIUS_26, TARGET, Evidence, facts, reads_26
from .narration import Narrator
from .processes import EXAMPLES, Cast, Program, Row, Trace, python
from .stage import PORT, PROBES, Stage

BUILD = Path(os.environ.get("WARIFU_BUILD") or EXAMPLES.parent / "build" / "dev")
START_S, STEP_S, RESTART_S = 15.0, 45.0, 60.0
ATTACK_S, LOOK_S = 5.0, 0.05
STRANGERS_WISH = 30


class Story:
    """One run. `policy` is the one of the device that should be protected."""

    def __init__(self, stage: Stage, folder: Path, cast: Cast, narrator: Narrator, policy: str) -> None:
        self.evidence = Evidence(stage.addresses)
        self._place = stage.addresses
        self._eavesdropper = stage.eavesdropper
        self._folder = folder
        self._cast = cast
        self._narrator = narrator
        self._policy = policy
        self._traces: dict[str, Trace] = {}
        self._number = ""

    async def play(self) -> None:
        self._narrator.chapter(
            "Identities",
            "A demo authority vouches for one air conditioner and two controllers. Nothing of it leaves this run.",
        )
        asyncio.get_running_loop().add_reader(self._eavesdropper.fileno(), self._eavesdropper.collect)
        self._number = make_identities.main(self._folder).hex().upper()
        self._narrator.say(f"the air conditioner's identification number is {self._number}")
        try:
            await self._without_protection()
            device, controller = await self._paired()
            await self._attacked(device)
            device = await self._killed_and_back(device, controller)
            await self._lua(device)
        finally:
            self._gather()

    # ---- acts ----

    async def _without_protection(self) -> None:
        self._narrator.chapter(
            "First, without protection",
            "A plain ECHONET Lite air conditioner, a plain controller, and an eavesdropper in the middle.",
        )
        device = await self._start_device("--policy", "open", trace="control device")
        await self._plain_controller("controller", device, 26)
        await device.kill()
        self.evidence.control_packets = len(self._eavesdropper.collect())
        verdict = "read" if reads_26(self._eavesdropper.packets) else "did not read"
        self._narrator.say(
            f"the eavesdropper heard {self.evidence.control_packets} datagrams, and {verdict} the 26 degrees"
        )

    async def _paired(self) -> tuple[Program, Program]:
        self._narrator.chapter(
            "Now with Device Authentication",
            "The owner has opened the air conditioner's pairing window. The controller finds it, both prove who they",
            "are, and agree on keys that nobody else can know. From then on all that they say is encrypted.",
        )
        device = await self._start_device(*self._identity("--window", "120"))
        controller = await self._start_controller("--restart")
        self.evidence.controller, self.evidence.device = controller.lines, device.lines
        await controller.line("restart", STEP_S, self._narrator.say)
        return device, controller

    async def _attacked(self, device: Program) -> None:
        self._narrator.chapter(
            "A stranger and an attacker",
            "A controller that is not paired asks for 30 degrees. Then somebody who has recorded the traffic sends the",
            "record that set 26 degrees once more, and changed.",
        )
        self.evidence.before_attack = await self._look_at(device)
        await self._plain_controller("stranger", device, STRANGERS_WISH)
        self.evidence.after_attack = await self._look_at(device)
        await self._attack(device)
        after = self.evidence.after_attack
        self._narrator.say(
            f"the device stands at {int(str(after['B3']), 16)} degrees; it dropped {dropped(after)} records"
        )

    async def _attack(self, device: Program) -> None:
        heard = {packet.payload for packet in self._eavesdropper.collect()}
        rows = [row for row in self._trace("controller").rows if row.sent and row.datagram in heard]
        record = next((row.datagram for row in rows if _sets_26(row)), None)
        if record is None:
            raise DemoError("the eavesdropper has no record that sets 26 degrees", "report this as a bug")
        attacker = Attacker(self._place["stranger"], self._place["device"], PORT)
        with contextlib.closing(attacker):
            self._narrator.say(f"attacker -> device  {len(record)} bytes, the record as it was")
            attacker.send(record)
            for changed in tampered(record):
                self._narrator.say(f"attacker -> device  {len(changed)} bytes, the record changed")
                attacker.send(changed)
        self.evidence.sent["attacker"] = attacker.sent
        self.evidence.replayed, self.evidence.tampered = 1, attacker.sent - 1
        await self._wait_for_counters(device, attacker.sent)

    async def _killed_and_back(self, device: Program, controller: Program) -> Program:
        self._narrator.chapter(
            "The device dies and comes back",
            "SIGKILL, no time to say goodbye; all session keys are lost. Both sides remember each other's certificate,",
            "so they need no pairing window: short proofs, fresh keys. At last the controller unpairs.",
        )
        await device.kill()
        self._narrator.say("the device was killed")
        again = await self._start_device(*self._identity())
        await controller.line("reconnected", RESTART_S, self._narrator.say)
        await controller.finish(STEP_S, self._narrator.say)
        self._tell("controller", "controller")
        await again.line("unpaired", STEP_S, self._narrator.say)
        self.evidence.device = [*device.lines, *again.lines]
        return again

    async def _lua(self, device: Program) -> None:
        self._narrator.chapter(
            "The same controller in Lua",
            "Another language, the same core; it is seen here through the eyes of the device.",
        )
        await device.kill()
        device = await self._start_device(*self._identity("--window", "120"))
        self._trace("device").news()
        module, script = BUILD / "lua" / "warifu.so", EXAMPLES / "hello_controller.lua"
        if not module.exists():
            raise DemoError(f"the Lua module {module} is not there", "run ./dev build")
        command = ["lua5.4", script, self._folder / "controller_lua.pem", self._number, self._place["lua"]]
        heard = self._heard("Lua controller", "device", "device")
        environment = {"LUA_CPATH": f"{module.parent}/?.so;;"}
        program = await self._cast.start("Lua controller", command, heard, environment)
        self.evidence.lua = program.lines
        await program.finish(STEP_S, self._narrator.say)
        self._tell("device", "device")
        await device.kill()

    # ---- actors ----

    def _identity(self, *more: str) -> tuple[object, ...]:
        return ("--identity", self._folder / "device.pem", "--policy", self._policy, *more)

    async def _start_device(self, *options: object, trace: str = "device") -> Program:
        command = [*python("air_conditioner.py"), "--address", self._place["device"], *options]
        command += ["--state", self._folder / trace, "--trace", self._trace(trace).path]
        device = await self._cast.start("device", command, self._heard("device"))
        await device.line("ready", START_S, self._narrator.say)
        return device

    async def _start_controller(self, *options: object) -> Program:
        command = [*python("hello_controller.py"), self._folder / "controller.pem", self._number]
        command += ["--address", self._place["controller"], "--trace", self._trace("controller").path, *options]
        return await self._cast.start("controller", command, self._heard("controller", "controller", "controller"))

    async def _plain_controller(self, role: str, device: Program, value: int) -> None:
        trace = f"plain {role}"
        command = [*python("demo_parts/plain_controller.py"), self._place["device"], value]
        command += ["--address", self._place[role], "--trace", self._trace(trace).path]
        program = await self._cast.start(role, command, self._heard(role, trace, role))
        await program.finish(STEP_S, self._narrator.say)
        if role == "stranger":
            self.evidence.stranger = program.lines

    async def _look_at(self, device: Program) -> dict[str, object]:
        """The device's own view: its properties and counters."""
        since = len(device.lines)
        device.process.send_signal(signal.SIGUSR1)
        line = await device.line("state", START_S, self._narrator.say, since)
        state: dict[str, object] = json.loads(line.removeprefix("state"))
        return state

    async def _wait_for_counters(self, device: Program, attacks: int) -> None:
        """Until the device has counted all that the attacker sent."""
        end = time.monotonic() + ATTACK_S
        before = dropped(self.evidence.before_attack)
        while dropped(self.evidence.after_attack) < before + attacks and time.monotonic() < end:
            await asyncio.sleep(LOOK_S)
            self.evidence.after_attack = await self._look_at(device)

    # ---- evidence ----

    def _trace(self, name: str) -> Trace:
        return self._traces.setdefault(name, Trace(self._folder / f"{name.replace(' ', '_')}.jsonl"))

    def _heard(self, name: str, trace: str | None = None, role: str | None = None) -> Callable[[str], None]:
        """What to do with a line of that program: first tell the datagrams that led to it, as `role` has seen them."""

        def heard(line: str) -> None:
            self._tell(trace, role)
            if not line.startswith("state"):
                self._narrator.say(f"{name} says: {line}")

        return heard

    def _tell(self, trace: str | None, role: str | None) -> None:
        for row in self._trace(trace).news() if trace else ():
            self._narrator.row(row, role or "")

    def _gather(self) -> None:
        self.evidence.packets = self._eavesdropper.collect()
        self.evidence.lost = self._eavesdropper.lost
        for name, trace in self._traces.items():
            trace.news()
            self.evidence.sent[name] = sum(row.sent for row in trace.rows)
        self.evidence.sent["stage"] = PROBES
        self.evidence.sent["Lua controller"] = int(str(facts(self.evidence.lua, "counted").get("sent", 0)))


def dropped(state: Mapping[str, object]) -> int:
    """How many records the device has refused."""
    counters = state.get("counters")
    return counters["replays_dropped"] + counters["tampered_dropped"] if isinstance(counters, dict) else 0


def _sets_26(row: Row) -> bool:
    """Whether it is a record that sets 26 degrees."""
    message = parse(PLAIN + bytes(2) + row.inner)
    return isinstance(message, Plain) and message.esv == SETC and (TARGET, CELSIUS_26) in message.properties
