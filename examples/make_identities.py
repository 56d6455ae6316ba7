"""Makes an authority and what it vouches for: identities of an air conditioner and of two controllers, as PEM files."""

import argparse
from pathlib import Path

import warifu

CONTROLLERS = ("controller", "controller_lua")


def main(folder: Path) -> bytes:
    """Writes the files and gives the air conditioner's identification number."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = warifu.Authority.create("Warifu demo CA", days=30)
    authority.save(folder / "authority.pem")
    device = authority.issue("device", name="Air conditioner", days=30)
    device.save(folder / "device.pem")
    for name in CONTROLLERS:
        authority.issue("controller", name=name, days=30).save(folder / f"{name}.pem")
    return device.number


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the files go; who has authority.pem can issue more of them")
    print("the air conditioner's identification number:", main(**vars(parser.parse_args())).hex().upper())
