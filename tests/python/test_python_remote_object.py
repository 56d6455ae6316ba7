"""An object of another node: read, set and heard by name, in the virtual home."""

import asyncio

import pytest
import warifu
from warifu import errors
from warifu.testing import Home

AIRCON, POWER, TARGET, ROOM = 0x013001, 0x80, 0xB3, 0xBB


def aircon():
    return warifu.Object(
        AIRCON,
        [
            warifu.Property(POWER, b"\x30", "get set inf"),
            warifu.Property(TARGET, b"\x18", "get set inf"),
            warifu.Property(ROOM, b"\x18", "get inf"),
        ],
    )


class Pair:
    """A device and a controller, both open, paired or in clear."""

    def __init__(self, home: Home, *, clear: bool = False, **options) -> None:
        policy = "open" if clear else "strict"
        self.device = home.device([aircon()], trusted=not clear, policy=policy, **options)
        self.controller = home.controller(trusted=not clear, policy=policy)
        self.clear = clear

    async def __aenter__(self):
        await self.device.__aenter__()
        await self.controller.__aenter__()
        if self.clear:
            (self.other,) = await self.controller.discover()
        else:
            self.device.open_window()
            self.other = await self.controller.pair(self.device.addresses[0], number=self.device.number)
        self.ac = self.other.object("homeAirConditioner")
        return self

    async def __aexit__(self, *_):
        self.controller.close()
        self.device.close()


async def test_a_name_gives_a_number_with_its_unit(warifu_home):
    async with Pair(warifu_home) as pair:
        room = await pair.ac.get("roomTemperature")
        assert (room, room.unit) == (24.0, "Celsius")
        assert await pair.ac.get(ROOM) == b"\x18"


async def test_several_properties_come_in_the_order_asked(warifu_home):
    async with Pair(warifu_home) as pair:
        came = await pair.ac.get("targetTemperature", ROOM, "operationStatus")
        assert list(came.items()) == [("targetTemperature", 24), (ROOM, b"\x18"), ("operationStatus", "true")]


async def test_one_or_several_are_set_and_read_back(warifu_home):
    async with Pair(warifu_home) as pair:
        await pair.ac.set("targetTemperature", 26, verify=True)
        await pair.ac.set({"operationStatus": False, TARGET: b"\x1b"}, verify=True)
        assert await pair.ac.get("operationStatus", "targetTemperature") == {
            "operationStatus": "false",
            "targetTemperature": 27,
        }


async def test_what_is_there_instead_is_said(warifu_home):
    def on_set(owned, epc, old, new):
        asyncio.get_running_loop().call_soon(pair.device.put, AIRCON, epc, b"\x14")

    async with Pair(warifu_home, on_set=on_set) as pair:
        with pytest.raises(errors.Refused, match=r"targetTemperature \(B3\): 20 is there, not 26") as caught:
            await pair.ac.set("targetTemperature", 26, verify=True, timeout=2)
        assert caught.value.values == {"targetTemperature": 20}
        assert caught.value.refused == ("targetTemperature",)
        assert caught.value.peer is pair.other


async def test_of_each_property_it_is_said_what_became_of_it(warifu_home):
    async with Pair(warifu_home) as pair:
        pair.device.put(AIRCON, POWER, b"\x99")
        came = await pair.ac.get_many(["targetTemperature", "operationStatus", "humidity", TARGET])
        assert came == {
            "targetTemperature": warifu.Result("value", 24),
            "operationStatus": warifu.Result("wrong", b"\x99"),
            "humidity": warifu.Result("refused"),
            TARGET: warifu.Result("value", b"\x18"),
        }


async def test_a_refusal_names_what_was_asked_by_name(warifu_home):
    async with Pair(warifu_home) as pair:
        with pytest.raises(errors.Refused, match=r"not read: humidity \(BA\) of 013001") as caught:
            await pair.ac.get("roomTemperature", "humidity")
        assert caught.value.refused == ("humidity",)
        assert caught.value.values == {"roomTemperature": 24}


@pytest.mark.parametrize("clear", [False, True], ids=["paired", "in clear"])
async def test_its_notifications_are_its_own(warifu_home, clear):
    async with Pair(warifu_home, clear=clear) as pair:
        pair.device.add(warifu.Object(AIRCON + 1, [warifu.Property(POWER, b"\x30", "get inf")]))
        await asyncio.sleep(1)  # for the instance list to be told
        async with pair.ac.notifications() as mine, pair.other.notifications() as all_of_it:
            pair.device.put(AIRCON + 1, POWER, b"\x31")
            pair.device.put(AIRCON, POWER, b"\x31")
            note = await anext(mine)
            assert (note.eoj, note.values) == (AIRCON, {"operationStatus": "false"})
            assert note.is_protected is not clear
            assert [(await anext(all_of_it)).eoj for _ in range(2)] == [AIRCON + 1, AIRCON]


async def test_what_is_not_read_in_time_goes_oldest_first_and_is_counted(warifu_home):
    async with Pair(warifu_home) as pair, pair.ac.notifications(limit=2) as heard:
        for degrees in range(5):
            pair.device.put(AIRCON, TARGET, bytes([20 + degrees]))
            await pair.ac.get(TARGET)  # and so the notification has come
        assert [(await anext(heard)).values["targetTemperature"] for _ in range(2)] == [23, 24]
        assert heard.dropped == 3


async def test_a_node_says_which_objects_it_has(warifu_home):
    async with Pair(warifu_home) as pair:
        pair.device.add(warifu.Object(0x029101))
        assert [each.eoj for each in await pair.other.instances()] == [AIRCON, 0x029101]
        assert repr((await pair.other.instances())[0]).startswith("<warifu.RemoteObject 013001 homeAirConditioner of ")


async def test_an_object_is_known_by_eoj_or_by_class_and_instance(warifu_home):
    async with Pair(warifu_home) as pair:
        assert pair.other.object(AIRCON) == pair.ac
        assert pair.other.object("homeAirConditioner", 2).eoj == 0x013002
        assert hash(pair.other.object(AIRCON)) == hash(pair.ac)
        assert pair.other.object(0xFFF001).info is None
        with pytest.raises(errors.NotInDictionary, match="homeAirConditioner"):
            pair.other.object("homeAirConditoner")
        for wrong in (0, 128):
            with pytest.raises(ValueError, match="instance"):
                pair.other.object("homeAirConditioner", wrong)
        with pytest.raises(ValueError, match="three bytes"):
            pair.other.object(1 << 24)


async def test_it_says_what_can_be_read_set_and_heard_by_name(warifu_home):
    async with Pair(warifu_home) as pair:
        pair.device.add_property(AIRCON, warifu.Property(0xF3, b"\x01"))
        readable = await pair.ac.properties()
        assert {"operationStatus", "targetTemperature", "roomTemperature", 0xF3} <= set(readable)
        assert set(await pair.ac.properties("set")) == {"operationStatus", "targetTemperature", "installationLocation"}
        assert "roomTemperature" in await pair.ac.properties("inf")
        assert {result.status for result in (await pair.ac.get_many(readable)).values()} == {"value"}
