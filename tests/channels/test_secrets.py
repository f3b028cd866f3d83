import pytest

from dunghan.channels.secrets import Vault, VaultLocked


def test_what_is_sealed_opens_again() -> None:
    sealed = Vault("khoá bí mật").seal("mã truy cập")
    assert sealed.startswith("v1:") and sealed.isascii() and "truy" not in sealed
    assert Vault("khoá bí mật").open(sealed) == "mã truy cập"


def test_another_key_says_what_to_do() -> None:
    sealed = Vault("one").seal("token")
    with pytest.raises(VaultLocked, match="restore the key") as failure:
        Vault("two").open(sealed)
    assert "token" not in str(failure.value).split("enter the tokens")[0]


@pytest.mark.parametrize("damaged", ["", "v2:abc", "plain text"])
def test_text_of_another_version_is_named(damaged: str) -> None:
    with pytest.raises(VaultLocked, match="does not begin with 'v1:'"):
        Vault("one").open(damaged)


def test_damaged_text_does_not_open() -> None:
    with pytest.raises(VaultLocked):
        Vault("one").open("v1:AAAA")


def test_an_empty_key_is_refused() -> None:
    with pytest.raises(ValueError, match="dunghan init"):
        Vault("")
