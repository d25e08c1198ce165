"""Contrast, color differences and color blindness, as their sources define them; for tests of the style's tokens."""

from __future__ import annotations

import math
import re

import numpy as np

# What each kind of dichromat sees, in linear RGB: Machado, Oliveira and Fernandes, "A physiologically-based model for
# simulation of color vision deficiency", IEEE TVCG 15(6), 2009, table of matrices, severity 1.0.
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip
WHITE = np.array([0.95047, 1.0, 1.08883])  # D65


def tokens(sheet: str) -> dict[str, dict[str, str]]:
    """Return the color tokens of a sheet for light, dark and print; each begins with those of light."""
    light = _colors(sheet[: sheet.index("@media")])
    dark = _colors(sheet[sheet.index("prefers-color-scheme: dark") : sheet.index("== languages")])
    printed = _colors(sheet[sheet.index("@media print") :])
    return {"light": light, "dark": light | dark, "print": light | printed}


def _colors(text: str) -> dict[str, str]:
    found = re.findall(r"--(\w+): #([0-9a-f]{6}|[0-9a-f]{3})\b", text)
    return {name: "#" + (c if len(c) == 6 else "".join(2 * x for x in c)) for name, c in found}


def linear(color: str) -> np.ndarray:
    """Return linear RGB of ``#rrggbb`` (IEC 61966-2-1)."""
    values = np.array([int(color[k : k + 2], 16) / 255 for k in (1, 3, 5)])
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    high, low = sorted((float(linear(c) @ TO_XYZ[1]) for c in (one, other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> tuple[float, float, float]:
    """Return CIELAB of linear RGB."""
    t = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return float(116 * f[1] - 16), float(500 * (f[0] - f[1])), float(200 * (f[1] - f[2]))


def seen_apart(one: str, other: str, blindness: str = "") -> float:
    """Return the CIEDE2000 difference of two colors, to a normal eye or to one with a blindness."""
    matrix = np.array(BLINDNESS[blindness]) if blindness else np.eye(3)
    return ciede2000(lab(matrix @ linear(one)), lab(matrix @ linear(other)))


def ciede2000(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the difference as in Sharma, Wu and Dalal, Color Research and Application 30(1), 2005."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    middle_l, middle_c = (l1 + l2) / 2, (c1 + c2) / 2
    middle_h = h1 + h2 if not c1 * c2 else (h1 + turn / 2) % 360
    cos = [
        math.cos(math.radians(k * middle_h - by)) for k, by in ((1, 30), (2, 0), (3, -6), (4, 63))
    ]
    t = 1 - 0.17 * cos[0] + 0.24 * cos[1] + 0.32 * cos[2] - 0.20 * cos[3]
    s_l = 1 + 0.015 * (middle_l - 50) ** 2 / math.sqrt(20 + (middle_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * middle_c, 1 + 0.015 * middle_c * t
    spin = math.radians(60 * math.exp(-(((middle_h - 275) / 25) ** 2)))
    r_t = -2 * math.sqrt(middle_c**7 / (middle_c**7 + 25**7)) * math.sin(spin)
    parts = ((l2 - l1) / s_l, (c2 - c1) / s_c, hue / s_h)
    return math.sqrt(sum(p * p for p in parts) + r_t * parts[1] * parts[2])
