"""tests/catalogue.md names a test for every item of bad input, and each of them names its item."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "tests" / "catalogue.md"
HEADING = re.compile(r"^## ([A-Z]+)1 to \1(\d+): ", re.MULTILINE)
ROW = re.compile(r"^\| ([A-Z]+\d+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)

# How a test begins in each kind of file, with its suite (or the file stands for it) and its name.
BEGINNINGS = {
    ".cpp": re.compile(r"^TEST(?:_[FP])?\((\w+),\s*(\w+)\)", re.MULTILINE),
    ".py": re.compile(r"^    ()def (test_\w+)\(", re.MULTILINE),
    ".js": re.compile(r"^ *()test(?:\.each\(\[[^\]]*\]\))?\(\s*'([^']+)'", re.MULTILINE),
}
FILES = [("tests/unit", "*.cpp", ".cpp"), ("tests/integration", "*.py", ".py"), ("web/tests", "*.mjs", ".js"),
         ("web/src", "*.test.ts", ".js")]


def all_tests():
    """The text of every test by its name, with what stands right above it."""
    found = {}
    for folder, pattern, kind in FILES:
        for file in sorted((ROOT / folder).rglob(pattern)):
            if "node_modules" in file.parts:
                continue
            text = file.read_text()
            starts = list(BEGINNINGS[kind].finditer(text))
            for at, start in enumerate(starts):
                suite = start[1] or file.name.split(".")[0]
                end = starts[at + 1].start() if at + 1 < len(starts) else len(text)
                found[f"{suite}.{start[2]}"] = comment_above(text, start.start()) + text[start.start():end]
    return found


def comment_above(text, at):
    lines = text[:at].splitlines()
    above = []
    while lines and lines[-1].lstrip().startswith(("//", "#")):
        above.insert(0, lines.pop())
    return "\n".join(above) + "\n"


def items_in(text):
    """The items a text names; "E13 to E17" names those between, too."""
    named = set(re.findall(r"\b[A-Z]+\d+\b", text))
    for letters, first, last in re.findall(r"\b([A-Z]+)(\d+) to \1(\d+)\b", text):
        named |= {f"{letters}{number}" for number in range(int(first), int(last) + 1)}
    return named


class Catalogue(unittest.TestCase):
    def setUp(self):
        self.page = CATALOGUE.read_text()

    def test_every_item_of_a_section_stands_in_it(self):
        sections = HEADING.findall(self.page)
        self.assertEqual(dict(sections)["E"], "62")
        wanted = [f"{letters}{number}" for letters, last in sections for number in range(1, int(last) + 1)]
        self.assertEqual([row[0] for row in ROW.findall(self.page)], wanted)

    def test_every_item_is_shown_by_tests_that_name_it(self):
        tests = all_tests()
        self.assertGreater(len(tests), 400)
        faults = []
        for item, _comes, _becomes, shown in ROW.findall(self.page):
            names = re.findall(r"`([^`]+)`", shown)
            if not names:
                faults.append(f"{item} is shown by no test")
            for name in names:
                if name not in tests:
                    faults.append(f"{item}: there is no test {name}")
                elif item not in items_in(tests[name]):
                    faults.append(f"{item}: {name} does not name it")
        self.assertEqual(faults, [])


if __name__ == "__main__":
    unittest.main()
