"""docs/security.md judges every requirement of ASVS 5.0.0, levels 1 and 2, once, and what it names exists."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "security.md"

# Section: how many requirements of both levels it has, and how many of those, the first ones, are of level 1.
SECTIONS = {
    "1.1": (2, 0), "1.2": (9, 5), "1.3": (11, 2), "1.4": (3, 0), "1.5": (2, 1),
    "2.1": (3, 1), "2.2": (3, 2), "2.3": (4, 1), "2.4": (1, 0),
    "3.2": (2, 2), "3.3": (4, 1), "3.4": (6, 2), "3.5": (5, 3), "3.7": (2, 0),
    "4.1": (3, 1), "4.2": (1, 0), "4.3": (2, 0), "4.4": (4, 1),
    "5.1": (1, 0), "5.2": (3, 2), "5.3": (2, 2), "5.4": (3, 0),
    "6.1": (3, 1), "6.2": (12, 8), "6.3": (4, 2), "6.4": (4, 2), "6.5": (5, 0), "6.6": (3, 0), "6.8": (4, 0),
    "7.1": (3, 0), "7.2": (4, 4), "7.3": (2, 0), "7.4": (5, 2), "7.5": (2, 0), "7.6": (2, 0),
    "8.1": (2, 1), "8.2": (3, 2), "8.3": (1, 1), "8.4": (1, 0),
    "9.1": (3, 3), "9.2": (4, 1),
    "10.1": (2, 0), "10.2": (2, 0), "10.3": (4, 0), "10.4": (11, 5), "10.5": (5, 0), "10.6": (2, 0), "10.7": (3, 0),
    "11.1": (2, 0), "11.2": (3, 0), "11.3": (3, 2), "11.4": (4, 1), "11.5": (1, 0), "11.6": (1, 0),
    "12.1": (3, 1), "12.2": (2, 2), "12.3": (4, 0),
    "13.1": (1, 0), "13.2": (5, 0), "13.3": (2, 0), "13.4": (5, 1),
    "14.1": (2, 0), "14.2": (4, 1), "14.3": (3, 1),
    "15.1": (3, 1), "15.2": (3, 1), "15.3": (7, 1),
    "16.1": (1, 0), "16.2": (5, 0), "16.3": (4, 0), "16.4": (3, 0), "16.5": (3, 0),
    "17.1": (1, 0), "17.2": (4, 0), "17.3": (2, 0),
}  # fmt: skip
LEVELS = {
    f"V{section}.{number}": 1 if number <= of_level_1 else 2
    for section, (both, of_level_1) in SECTIONS.items()
    for number in range(1, both + 1)
}

# Where the suites of the page stand.
SUITES = {
    "unit": ["tests/unit/{}_test.cpp"],
    "integration": ["tests/integration/test_{}.py", "tests/integration/{}.py"],
    "package": ["tests/package/test_{}.py"],
    "torture": ["tests/torture/{}.py"],
    "fuzz": ["tests/fuzz/{}.cpp"],
    "web": ["web/tests/{}.test.mjs", "web/src/{}.test.ts"],
}
PLACE = re.compile(r"(read )?`([\w./-]+/[\w./-]+)(?: ([^`]+))?`")
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \| (.*) \|$", re.MULTILINE)
COUNTS = re.compile(r"^\| (?:(V\d+)|\*\*all\*\*) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)
SHARE = re.compile(r"^(\d+) of (\d+) passes \((\d+) %\)", re.MULTILINE)


def test_file(suite):
    kind, _, rest = suite.partition("/")
    found = [ROOT / form.format(rest) for form in SUITES.get(kind, [])]
    return next((file for file in found if file.is_file()), None)


def fault_of(place):
    """What is wrong with one place the page names, or ""."""
    is_read, suite, test = place
    if suite.split("/")[0] not in SUITES or is_read or (ROOT / suite).exists():
        return "" if (ROOT / suite).exists() else f"{suite} does not exist"
    file = test_file(suite)
    if not file:
        return f"{suite} is no test's file"
    return "" if test in file.read_text() else f"{suite} has no test named {test}"


def shows_by_test(text):
    return any(not is_read and test_file(suite) for is_read, suite, _ in PLACE.findall(text))


class SecurityList(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.page = PAGE.read_text()
        cls.rows = []
        for number, cells in ROW.findall(cls.page):
            level, asked, verdict, text = cells.split(" | ", 3)
            cls.rows.append((number, level, asked, verdict.strip("*"), text))

    def test_every_requirement_is_judged_once(self):
        self.assertEqual((len(LEVELS), list(LEVELS.values()).count(1)), (253, 70))
        self.assertEqual([row[0] for row in self.rows], list(LEVELS))
        self.assertEqual([number for number, level, *_ in self.rows if level != str(LEVELS[number])], [])

    def test_verdicts_are_three_and_each_says_why(self):
        for number, _, asked, verdict, text in self.rows:
            with self.subTest(number):
                self.assertIn(verdict, ("pass", "n/a", "fails"))
                self.assertTrue(asked and text.strip())
                if verdict == "pass":
                    self.assertTrue(PLACE.search(text), "a pass names a test or what was read")

    def test_what_it_names_exists(self):
        places = PLACE.findall(self.page)
        self.assertGreater(len(places), 200)
        self.assertEqual(sorted({fault for fault in map(fault_of, places) if fault}), [])

    def test_the_counts_add_up(self):
        counted = {}
        for number, _, _, verdict, text in self.rows:
            for chapter in (number.split(".")[0], ""):
                of = counted.setdefault(chapter, {"all": 0, "pass": 0, "n/a": 0, "fails": 0, "shown": 0})
                of["all"] += 1
                of[verdict] += 1
                of["shown"] += verdict == "pass" and shows_by_test(text)
        told = {chapter: tuple(map(int, numbers)) for chapter, *numbers in COUNTS.findall(self.page)}
        self.assertEqual(told, {chapter: tuple(of.values()) for chapter, of in counted.items()})
        of = counted[""]
        share = tuple(map(int, SHARE.search(self.page).groups()))
        self.assertEqual(share, (of["shown"], of["pass"], 100 * of["shown"] // of["pass"]))


if __name__ == "__main__":
    unittest.main()
