"""The exceptions and the error table agree, and an exception reads as a sentence."""

import errno
import inspect
import pickle

import pytest
from warifu import _warifu, errors

BUILTINS = {
    "value": ValueError,
    "usage": RuntimeError,
    "crypto": None,
    "denied": PermissionError,
    "timeout": TimeoutError,
    "link": ConnectionError,
    "lookup": KeyError,
    "system": OSError,
}
ROWS = [row for row in _warifu.error_table() if row[0] != 0]
NATURAL = (ValueError, RuntimeError, LookupError, OSError)


def class_name(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[1])
def test_every_row_of_the_table_has_its_class_with_the_builtin_of_its_nature(row):
    code, name, nature, what, hint = row
    kind = getattr(errors, class_name(name))
    assert issubclass(kind, errors.Error)
    assert (kind.code, kind.name, kind.hint) == (code, name, hint)
    assert (kind.__module__, kind.__qualname__) == ("warifu.errors", class_name(name))
    builtin = BUILTINS[nature]
    if builtin is None:
        assert not issubclass(kind, NATURAL)
    else:
        assert issubclass(kind, builtin)
    error = _warifu.make_error(code, "at the door", "192.0.2.1:3610")
    assert type(error) is kind
    assert str(error) == f"{what}: at the door (192.0.2.1:3610); {hint}"
    assert (error.address, error.peer) == ("192.0.2.1:3610", None)


def test_there_is_no_class_without_a_row():
    classes = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)}
    assert classes == {class_name(row[1]) for row in ROWS} | {"Error"}
    assert set(errors.__all__) == classes


def test_a_lookup_error_reads_as_a_sentence_though_it_is_a_key_error():
    assert str(errors.NoProperty("no B3 here")) == "no B3 here"
    assert repr(errors.NoProperty("no B3 here")) == "NoProperty('no B3 here')"


def test_a_permission_error_can_be_made_without_arguments():
    assert str(errors.WindowClosed()) == ""
    assert errors.Refused().values == {}
    assert errors.Refused().refused == ()


def test_success_is_no_class():
    assert type(_warifu.make_error(0)) is errors.Error


def test_an_error_of_the_system_carries_its_number(tmp_path):
    with pytest.raises(errors.Store) as caught:
        _warifu.Identity.load(tmp_path / "nobody.pem")
    assert caught.value.errno == errno.ENOENT
    assert "nobody.pem" in str(caught.value)
    assert "No such file" in str(caught.value)


def test_errors_can_be_pickled():
    error = pickle.loads(pickle.dumps(_warifu.make_error(601, "here")))
    assert type(error) is errors.WindowClosed
    assert "here" in str(error)
