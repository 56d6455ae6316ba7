"""Makes an authority and what it vouches for: identities of an air conditioner and of two controllers, as PEM files."""

import argparse
import warnings
from pathlib import Path

import warifu

CONTROLLERS = ("controller", "controller_lua")


def open_authority(folder: Path) -> warifu.Authority:
    """The one in that folder, or a new one; `add_ca` would give it a CA below the root."""
    if folder.exists():
        return warifu.Authority.open(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", warifu.AuthorityWarning)  # main tells it in its own words
        return warifu.Authority.create("Warifu demo root", folder=folder, days=30)


def main(folder: Path) -> bytes:
    """Writes the files and gives the air conditioner's identification number."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_authority(folder / "authority") as authority:
        device = authority.issue("device", name="Air conditioner", days=30)
        device.save(folder / "device.pem")
        for name in CONTROLLERS:
            authority.issue("controller", name=name, days=30).save(folder / f"{name}.pem")
        authority.publish()
    assert device.number is not None
    return device.number


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the files go; who has its authority/ can issue more of them")
    print("the air conditioner's identification number:", main(**vars(parser.parse_args())).hex().upper())
    print("these keys lie in files, the authority's too: right for a try, wrong for what is sold")
