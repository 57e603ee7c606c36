"""A family diagram as a JPEG: squares, circles and lines of 8 x 8 pixels.

Baseline JPEG of flat grey blocks: of each block only the mean is coded, so the
encoder is a dozen lines and needs no library.  What the picture shows is as
invented as the family.
"""

import struct

SIZE = 64  # blocks each way
# DC code lengths of the standard's example table (ITU-T T.81, K.3).
LENGTHS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]


def _segment(mark, body):
    return struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body


def _codes():
    """category -> bits; the categories stand in the order 0, 1, 2, ..."""
    codes, code, category = {}, 0, 0
    for length, count in enumerate(LENGTHS, 1):
        for _ in range(count):
            codes[category] = format(code, "0%db" % length)
            code, category = code + 1, category + 1
        code <<= 1
    return codes


def _bits(blocks):
    """Differences of the means, each followed by "end of block"."""
    codes, before, out = _codes(), 0, []
    for grey in blocks:
        dc = (grey - 128) // 2  # 8 * mean / quantizer 16
        diff, before = dc - before, dc
        n = abs(diff).bit_length()
        out.append(codes[n])
        if n:
            out.append(format(diff if diff > 0 else diff + (1 << n) - 1,
                              "0%db" % n))
        out.append("0")
    return "".join(out)


def jpeg(blocks):
    """SIZE x SIZE grey values as a file."""
    bits = _bits(blocks)
    bits += "1" * (-len(bits) % 8)
    data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
    pixels = SIZE * 8
    return (b"\xff\xd8"
            + _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
            + _segment(0xDB, b"\0" + bytes([16] * 64))
            + _segment(0xC0, struct.pack(">BHHBBBB", 8, pixels, pixels, 1, 1,
                                         0x11, 0))
            + _segment(0xC4, b"\0" + bytes(LENGTHS) + bytes(range(12)))
            + _segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0")
            + _segment(0xDA, b"\1\1\0\0\x3f\0")
            + data.replace(b"\xff", b"\xff\0") + b"\xff\xd9")


def _frame(canvas, x, y, size, round_):
    for i in range(size):
        for j in range(size):
            edge = i in (0, size - 1) or j in (0, size - 1)
            corner = i in (0, size - 1) and j in (0, size - 1)
            if edge and not (round_ and corner):
                canvas[(y + j) * SIZE + x + i] = 20


def _line(canvas, x, y, length, down):
    for i in range(length):
        canvas[(y + (i if down else 0)) * SIZE + x + (0 if down else i)] = 20


def family(rng):
    """Parents above, one to four children below."""
    canvas = [250] * (SIZE * SIZE)
    _frame(canvas, 14, 6, 10, False)
    _frame(canvas, 40, 6, 10, True)
    _line(canvas, 24, 11, 16, False)
    children = rng.randrange(1, 5)
    step = 56 // children
    places = [4 + step // 2 - 5 + n * step for n in range(children)]
    _line(canvas, 32, 11, 20, True)
    _line(canvas, min(places[0] + 5, 32),
          30, abs(places[-1] - places[0]) + 1 if children > 1
          else abs(places[0] + 5 - 32) + 1, False)
    for x in places:
        _line(canvas, x + 5, 30, 8, True)
        _frame(canvas, x, 38, 10, rng.random() < 0.5)
    return jpeg(canvas)
