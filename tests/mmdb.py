# SPDX-License-Identifier: Apache-2.0
"""Writes small databases in the MaxMind format (version 2.0, records of 24 bits)."""
import ipaddress

UINT16, UINT32, UINT64 = 5, 6, 9  # how wide a number is said to be


def field(kind, size):
    """The control byte of a value, and what of its size and kind does not fit into it."""
    head = size if size < 29 else 29
    extra = b"" if size < 29 else bytes([size - 29])
    if kind > 7:
        return bytes([head, kind - 7]) + extra
    return bytes([kind << 5 | head]) + extra


def value(v):
    if isinstance(v, dict):
        return field(7, len(v)) + b"".join(value(k) + value(x) for k, x in v.items())
    if isinstance(v, list):
        return field(11, len(v)) + b"".join(map(value, v))
    if isinstance(v, str):
        data = v.encode()
        return field(2, len(data)) + data
    kind, number = v if isinstance(v, tuple) else (UINT32, v)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return field(kind, len(data)) + data


def build(networks, kind):
    """{"192.0.2.0/24": data, ...}; no network lies within another."""
    nodes, section, places = [[None, None]], b"", {}
    for name, data in networks.items():
        network = ipaddress.ip_network(name)
        packed, length = network.network_address.packed, network.prefixlen
        if network.version == 4:
            packed, length = bytes(12) + packed, length + 96
        at = 0
        for i in range(length):
            bit = packed[i // 8] >> (7 - i % 8) & 1
            if i == length - 1:
                places[at, bit] = len(section)
                nodes[at][bit] = "data"
            else:
                if nodes[at][bit] is None:
                    nodes.append([None, None])
                    nodes[at][bit] = len(nodes) - 1
                at = nodes[at][bit]
        section += value(data)
    tree = b""
    for n, node in enumerate(nodes):
        for bit, to in enumerate(node):
            record = (len(nodes) if to is None else
                      len(nodes) + 16 + places[n, bit] if to == "data" else to)
            tree += record.to_bytes(3, "big")
    meta = {"node_count": len(nodes), "record_size": (UINT16, 24),
            "ip_version": (UINT16, 6),
            "database_type": kind, "languages": ["en"], "binary_format_major_version": (UINT16, 2),
            "binary_format_minor_version": (UINT16, 0),
            "build_epoch": (UINT64, 1751328000), "description": {}}
    return tree + bytes(16) + section + b"\xab\xcd\xefMaxMind.com" + value(meta)
