"""Names over the network: an overlay's, what is read by an index, and what a device checks by the dictionary."""

import asyncio

import pytest
import warifu
from home import AIRCON, TARGET, Home, found, in_loop, paired
from warifu import errors

METER, LIGHT = 0x028801, 0x029001
DAY = "dayForTheHistoricalDataOfCumulativeElectricEnergy1"
LOG, OTHER_LOG = 0xE2, 0xEC
HISTORY = "normalDirectionCumulativeElectricEnergyLog1"
COLOUR = 0xB1
SETGET = 0x6E

OVERLAY = """{"classes": [
  {"class": "0130", "properties": [
    {"epc": "F0", "id": "sleepMode", "access": "ooo",
     "type": {"state": 1, "values": [["2D", "off", "Off", "切"], ["31", "on", "On", "入"]]}},
    {"epc": "F1", "id": "filterHours", "access": "o-o",
     "type": {"number": "uint16", "from": 0, "to": 5000, "unit": "hour"}}]},
  {"class": "0F01", "id": "toaster", "properties": [
    {"epc": "F1", "id": "heat", "access": "RR-", "atomic": "F2", "type": {"level": "31", "levels": 4}},
    {"epc": "F2", "id": "slot", "access": "RR-", "type": {"number": "uint8", "from": 1, "to": 4, "unit": ""}}]}]}"""


@pytest.fixture
def vendor(tmp_path):
    path = tmp_path / "vendor.json"
    path.write_text(OVERLAY, encoding="utf-8")
    return warifu.Dictionary.load(path)


def history(day: int) -> bytes:
    return day.to_bytes(2, "big") + b"\x00\x00\x00\x07" * 48


class Wire:
    """The ESVs of the requests that a controller sent to an object."""

    def __init__(self) -> None:
        self.esvs: list[int] = []

    def __call__(self, traced: warifu.Traced) -> None:
        edata = traced.inner or traced.datagram[4:]
        if traced.sent and edata[:3] == bytes.fromhex("05FF01"):
            self.esvs.append(edata[6])


def meter(home, **options):
    """A meter whose history is that of the day that was set last; another one can't be chosen in between."""

    def on_set(owned, epc, old, new):
        device.put(METER, LOG, history(new[0]))
        return True

    properties = [
        warifu.Property(0xE5, b"\x00", "get set"),
        warifu.Property(LOG, history(0), "get", size=(2, 194)),
        warifu.Property(0xE0, b"\x00\x00\x01\x00", "get"),
    ]
    device = home.device(on_set=on_set, **options)
    device.add(warifu.Object(METER, properties))
    return device


# ---- an index, and what it selects ----


@pytest.mark.parametrize("clear", [True, False], ids=["in clear", "paired"])
@in_loop
async def test_what_is_read_by_an_index_is_read_in_one_setget(clear):
    home, wire = Home(), Wire()
    policy = "open" if clear else "strict"
    async with (
        meter(home, trusted=not clear, policy=policy) as device,
        home.controller(trusted=not clear, trace=wire) as controller,
    ):
        other = (await found(controller, da=0, plain=1))[0] if clear else await paired(controller, device)
        await (other.interview() if clear else other.get(METER, "operationStatus"))  # and so the release
        wire.esvs.clear()
        came = await other.get_at(METER, 3, HISTORY)
        assert came[HISTORY]["day"] == 3
        assert len(came[HISTORY]["electricEnergy"]) == 48
        assert came[HISTORY]["electricEnergy"][0] == 7
        assert await other.get_at(METER, b"\x04", LOG) == {LOG: history(4)}
        assert (await other.set_get(METER, {DAY: 5}, HISTORY, 0xE0))[0xE0] == b"\x00\x00\x01\x00"
        assert wire.esvs == [SETGET] * 3
        assert await other.get(METER, DAY) == {DAY: 5}


@in_loop
async def test_an_index_that_is_no_value_or_no_index_is_refused_before_anything_is_sent():
    home = Home()
    async with meter(home) as device, home.controller() as controller:
        peer = await paired(controller, device)
        await peer.get(METER, "operationStatus")
        sent = controller.counters["sent"]
        with pytest.raises(errors.WrongValue, match="0 to 99"):
            await peer.get_at(METER, 100, HISTORY)
        with pytest.raises(ValueError, match="by no index"):
            await peer.get_at(METER, 1, "operationStatus")
        with pytest.raises(ValueError, match="different indices"):
            await peer.get_at(METER, 1, LOG, OTHER_LOG)
        with pytest.raises(ValueError, match="twice"):
            await peer.set_get(METER, {DAY: 1, 0xE5: b"\x01"}, HISTORY)
        with pytest.raises(ValueError, match="at least one"):
            await peer.get_at(METER, 1)
        assert controller.counters["sent"] == sent


@in_loop
async def test_a_refused_setget_tells_by_name_what_was_asked_by_name():
    home = Home()
    async with meter(home) as device, home.controller() as controller:
        peer = await paired(controller, device)
        with pytest.raises(errors.Refused) as caught:
            await peer.set_get(METER, {DAY: 1}, HISTORY, 0xD7, "coefficient")
        assert caught.value.refused == (0xD7, "coefficient")
        assert caught.value.values[HISTORY]["day"] == 1
        with pytest.raises(errors.Refused) as caught:
            await peer.set_get(METER, {"operationStatus": True}, HISTORY)
        assert caught.value.refused == ("operationStatus", HISTORY)


# ---- overlays ----


@in_loop
async def test_a_controller_reads_sets_and_hears_by_the_names_of_its_overlay(vendor):
    home = Home()
    async with home.device() as device, home.controller(dictionary=vendor) as controller:
        device.add_property(AIRCON, warifu.Property(0xF1, b"\x00\x10", "get inf"))
        peer = await paired(controller, device)
        assert await peer.get(AIRCON, "filterHours", "sleepMode") == {"filterHours": 16, "sleepMode": "off"}
        await peer.set(AIRCON, {"sleepMode": "on"})
        assert device.get_own(AIRCON, 0xF0) == b"1"
        news = controller.watch()
        device.put(AIRCON, 0xF1, b"\x00\x11")
        async with asyncio.timeout(20):
            while 0xF1 not in (item := await anext(news)).properties:
                pass
        assert item.values == {"filterHours": 17}
        assert item.values["filterHours"].unit == "hour"
        assert item.properties == {0xF1: b"\x00\x11"}
        with pytest.raises(errors.WrongValue):
            await peer.set(AIRCON, {"sleepMode": "perhaps"})


@in_loop
async def test_an_overlay_s_own_index_is_handled_as_the_appendix_s_are(vendor):
    home, wire = Home(), Wire()
    properties = [warifu.Property(0xF2, b"\x01", "get set"), warifu.Property(0xF1, b"\x33", "get set")]
    toaster, order = warifu.Object(0x0F0101, properties), []

    def on_set(owned, epc, old, new):
        order.append(epc)
        return True

    async with home.device(on_set=on_set) as device, home.controller(dictionary=vendor, trace=wire) as controller:
        device.add(toaster)
        peer = await paired(controller, device)
        assert await peer.get_at(0x0F0101, 2, "heat") == {"heat": 3}
        assert wire.esvs[-1] == SETGET
        assert device.get_own(0x0F0101, 0xF2) == b"\x02"
        order.clear()
        await peer.set(0x0F0101, {"heat": 4, "slot": 3})
        await peer.set(0x0F0101, {0xF1: b"4", 0xF2: b"\x03", 0x81: b"\x08"})
        assert order == [0xF2, 0xF1, 0xF2, 0xF1, 0x81]


@in_loop
async def test_a_device_puts_and_reads_its_own_by_name(vendor):
    home = Home()
    async with home.device(dictionary=vendor) as device:
        device.put(AIRCON, "targetTemperature", 21)
        device.put(AIRCON, "sleepMode", "on")
        assert device.get_own(AIRCON, TARGET) == b"\x15"
        assert device.get_own(AIRCON, "targetTemperature") == 21
        assert device.get_own(AIRCON, "sleepMode") == "on"
        device.put(AIRCON, "targetTemperature", warifu.Undefined())  # what others can't ask for
        assert device.get_own(AIRCON, TARGET) == b"\xfd"
        with pytest.raises(errors.WrongValue):
            device.put(AIRCON, "targetTemperature", 51)
        with pytest.raises(errors.NotInDictionary):
            device.get_own(AIRCON, "slumberMode")


def test_frames_are_shown_with_the_names_of_an_overlay(vendor, capsys):
    frame = bytes.fromhex("1081 0001 013001 05FF01 73 01 F1020010")
    assert warifu.decode(frame, vendor).endswith("F1=0010 (filterHours 16 hour)")
    assert warifu.decode_edata(frame[4:], vendor).endswith("(filterHours 16 hour)")
    assert "filterHours" not in warifu.decode(frame)
    warifu.Printer(dictionary=vendor)(warifu.Traced(0, True, None, frame, frame[4:]))
    assert capsys.readouterr().err.count("filterHours") == 2


# ---- check_values ----


@in_loop
async def test_a_device_hears_by_name_what_was_set(vendor):
    home = Home()
    async with home.device(dictionary=vendor) as device, home.controller() as controller:
        peer = await paired(controller, device)
        events = device.events()
        await peer.set(AIRCON, {0xF0: b"1", TARGET: b"\x19"})
        heard = []
        async with asyncio.timeout(20):
            while len(heard) < 2:
                event = await anext(events)
                heard += [event.values] if event.kind == "property_set" else []
        assert heard == [{"sleepMode": "on"}, {"targetTemperature": 25}]
        assert event.value == b"\x19"


@in_loop
async def test_a_device_checks_values_by_its_overlay_too(vendor):
    home = Home()
    async with (
        home.device(dictionary=vendor, check_values=True) as device,
        home.controller() as controller,
    ):
        device.put(AIRCON, 0xF0, b"1")
        with pytest.raises(errors.Argument):
            device.put(AIRCON, 0xF0, b"0")
        peer = await paired(controller, device)
        with pytest.raises(errors.Refused):
            await peer.set(AIRCON, {0xF0: b"0"})
        await peer.set(AIRCON, {0xF0: b"-"})


@in_loop
async def test_values_are_checked_in_the_release_of_their_object_and_read_only_codes_are_not_set():
    home = Home()
    async with home.device(check_values=True) as device, home.controller() as controller:
        for instance, letter in enumerate(b"BR"):
            colour = warifu.Property(COLOUR, b"\x42", "get set")
            release = warifu.Property(0x82, bytes((0, 0, letter, 0)))
            device.add(warifu.Object(LIGHT + instance, [colour, release]))
        with pytest.raises(errors.Argument):
            device.put(LIGHT, COLOUR, b"\x40")  # came with release C
        device.put(LIGHT + 1, COLOUR, b"\xfd")
        peer = await paired(controller, device)
        for eoj, value in ((LIGHT, b"\x40"), (LIGHT + 1, b"\xfd")):
            with pytest.raises(errors.Refused):
                await peer.set(eoj, {COLOUR: value})
        await peer.set(LIGHT, {COLOUR: b"\x41"})
        await peer.set(LIGHT + 1, {COLOUR: b"\x40"})


def test_a_device_is_opened_with_values_of_its_own_release():
    async def run():
        home = Home()
        device = home.device(check_values=True)
        release = warifu.Property(0x82, b"\x00\x00B\x00")
        device.add(warifu.Object(LIGHT, [warifu.Property(COLOUR, b"\x40", "get set"), release]))
        with pytest.raises(errors.Argument):
            async with device:
                pass

    asyncio.run(run())


# ---- rows ----


@in_loop
async def test_a_known_node_is_a_row_with_names():
    home = Home()
    async with home.device(trusted=False) as device, home.controller(trusted=False) as controller:
        await found(controller, da=0, plain=1)
        (row,) = controller._open.engine.known()
        assert (row.address, row.number, row.objects) == (device.addresses[0], device.number, (AIRCON,))
        assert row.is_online
        assert controller._open.engine.known_one(row.id) == row
        assert "KnownRow(id=" in repr(row)
        assert f"objects=({AIRCON},)" in repr(row)
