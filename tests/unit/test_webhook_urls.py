"""Where webhooks may go."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from server.domain.webhook_urls import is_public, url_problem

PUBLIC = ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")
NOT_PUBLIC = (
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:db8::1",
    "2001::1",
    "3fff::1",
    "4000::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address(address: str) -> None:
    """Also as a translator to IPv4 spells it."""
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_address_that_is_not_public(address: str) -> None:
    """However it is dressed."""
    assert not is_public(ip_address(address))


RIGHT = (
    "https://example.com",
    "https://example.com/hook?token=1",
    "HTTPS://EXAMPLE.COM:8443/",
    "https://a-b.c_d.example",
    "https://localhost/",
    "https://münchen.example/ü",
    "https://8.8.8.8/",
    "https://[2606:4700::1111]:443/",
)
PRIVATE = (
    "http://example.com/",
    "http://8.8.8.8/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://169.254.169.254/latest/meta-data",
)
WRONG = (
    "example.com",
    "//example.com",
    "ftp://example.com",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "https://",
    "https:///hook",
    "https://user@example.com/",
    "https://user:password@example.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com/#there",
    "https://example.com/#",
    "https://exa mple.com/",
    "https://example..com/",
    "https://example.com./",
    "https://-example.com/",
    f"https://{'a' * 64}.example/",
    f"https://{'a.' * 130}example/",
    "https://%31%32%37.0.0.1/",
    "https://１２７.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f.0.0.1/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://example.com:0/",
    "https://example.com:65536/",
    "https://[fe80::1%25eth0]/",
    "https://[::1/",
    "https://example.com/\x00",
    "https://example.com/\n",
)


@pytest.mark.parametrize("url", RIGHT)
def test_right_url(url: str) -> None:
    """To any host of the public internet, by https."""
    assert url_problem(url, allow_private=False) is None


@pytest.mark.parametrize("url", PRIVATE)
def test_url_that_is_right_only_where_it_is_allowed(url: str) -> None:
    """Plain http, and addresses that are not public."""
    problem = url_problem(url, allow_private=False)

    assert problem is not None
    assert "by the project's settings" in problem
    assert url_problem(url, allow_private=True) is None


@pytest.mark.parametrize("url", WRONG)
def test_wrong_url(url: str) -> None:
    """Wrong for everybody."""
    assert url_problem(url, allow_private=False)
    assert url_problem(url, allow_private=True)
