"""What Home Assistant is told: MQTT discovery (https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery).

Every entity reads the state of its object, a JSON document, through a template, and commands by such a document.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import warifu

Entity = tuple[str, str, dict[str, Any]]  # component, which one of its object, what is special
MODES = {"auto": "auto", "cool": "cooling", "heat": "heating", "dry": "dehumidification", "fan_only": "circulation"}
UNITS = {"Celsius": "°C"}
SENSORS = {  # class -> property -> device class; "total" of energy comes from the unit
    "homeAirConditioner": {"outdoorTemperature": "temperature", "humidity": "humidity"},
    "temperatureSensor": {"value": "temperature"},
    "humiditySensor": {"value": "humidity"},
    "co2Sensor": {"value": "carbon_dioxide"},
    "lvSmartElectricEnergyMeter": {
        "instantaneousElectricPower": "power",
        "normalDirectionCumulativeElectricEnergy": "energy",
        "reverseDirectionCumulativeElectricEnergy": "energy",
    },
}


def entities(
    gateway: str, topic: str, remote: warifu.RemoteObject, state: Mapping[str, Any], settable: Collection[int | str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Topic and configuration of each entity of an object; none of a class that is not known well."""
    if remote.info is None:
        return
    number = topic.split("/")[2]
    common = {
        "availability": [{"topic": f"warifu/{gateway}/status"}, {"topic": f"warifu/{gateway}/{number}/status"}],
        "availability_mode": "all",
        "device": {
            "identifiers": [f"warifu_{gateway}_{number}_{remote.eoj:06x}"],
            "name": remote.info.en,
            "serial_number": number,
        },
        "origin": {"name": "warifu", "sw_version": warifu.__version__},
    }
    make = MAKERS.get(remote.info.id, _nothing)
    for component, which, special in (*make(topic, settable), *_sensors(topic, remote.info.id, state)):
        id = f"{number}_{remote.eoj:06x}_{which}"
        where = f"homeassistant/{component}/{gateway}/{id}/config"
        yield where, {"name": None, "unique_id": f"warifu_{gateway}_{id}", **common, **special}


BACK = {ours: theirs for theirs, ours in MODES.items()}
SHOW_MODE = f"{{{{ {BACK}.get(value_json.operationMode) if value_json.operationStatus else 'off' }}}}"
MODE_ON = f"{{'operationStatus': true, 'operationMode': {MODES}[value]}}"
SET_MODE = f"{{{{ ({{'operationStatus': false}} if value == 'off' else {MODE_ON}) | tojson }}}}"


def _climate(topic: str, _: Collection[int | str]) -> Iterator[Entity]:
    state, command = f"{topic}/state", f"{topic}/set"
    climate = {
        "modes": ["off", *MODES],
        "mode_state_topic": state,
        "mode_state_template": SHOW_MODE,
        "mode_command_topic": command,
        "mode_command_template": SET_MODE,
        "temperature_state_topic": state,
        "temperature_state_template": "{{ value_json.targetTemperature }}",
        "temperature_command_topic": command,
        "temperature_command_template": '{"targetTemperature": {{ value | int }}}',
        "current_temperature_topic": state,
        "current_temperature_template": "{{ value_json.roomTemperature }}",
        "temperature_unit": "C",
        "min_temp": 16,
        "max_temp": 30,
        "temp_step": 1,
    }
    yield "climate", "climate", climate


def _light(topic: str, settable: Collection[int | str]) -> Iterator[Entity]:
    light = {
        "schema": "template",
        "state_topic": f"{topic}/state",
        "state_template": "{{ 'on' if value_json.operationStatus else 'off' }}",
        "command_topic": f"{topic}/set",
        "command_on_template": '{"operationStatus": true}',
        "command_off_template": '{"operationStatus": false}',
    }
    if "lightLevel" in settable:  # 0 to 100; Home Assistant has 0 to 255
        light["brightness_template"] = "{{ (value_json.lightLevel * 2.55) | round | int }}"
        level = '{% if brightness is defined %}, "lightLevel": {{ (brightness / 2.55) | round | int }}{% endif %}'
        light["command_on_template"] = f'{{"operationStatus": true{level}}}'
    yield "light", "light", light


def _nothing(topic: str, _: Collection[int | str]) -> Iterator[Entity]:
    return iter(())


def _lock(topic: str, _: Collection[int | str]) -> Iterator[Entity]:
    lock = {
        "state_topic": f"{topic}/state",
        "value_template": "{{ 'LOCKED' if value_json.mainElectricLock else 'UNLOCKED' }}",
        "command_topic": f"{topic}/set",
        "payload_lock": '{"mainElectricLock": true}',
        "payload_unlock": '{"mainElectricLock": false}',
    }
    yield "lock", "lock", lock


def _sensors(topic: str, of_class: str, state: Mapping[str, Any]) -> Iterator[Entity]:
    for name, kind in SENSORS.get(of_class, {}).items():
        if name not in state:
            continue
        info = warifu.dictionary.find(of_class, name)
        number = next(each for each in info.type.choices() if each.kind == "number")
        factors = [warifu.dictionary.find(of_class, epc).id for epc in number.coefficients]
        product = "".join(f" * value_json.get('{factor}', 1)" for factor in factors)
        sensor = {
            "name": info.en,
            "state_topic": f"{topic}/state",
            "value_template": f"{{{{ value_json.{name}{product} if value_json.{name} is not none else none }}}}",
            "device_class": kind,
            "state_class": "total_increasing" if kind == "energy" else "measurement",
            "unit_of_measurement": UNITS.get(number.unit, number.unit),
        }
        yield "sensor", name, sensor


MAKERS: Mapping[str, Callable[[str, Collection[int | str]], Iterator[Entity]]] = {
    "homeAirConditioner": _climate,
    "generalLighting": _light,
    "monoFunctionalLighting": _light,
    "electricLock": _lock,
}
