"""Are the built functions fit for Lambda, and how big are they? `python tests/aws/binaries.py`, after `sam build`."""

import pathlib
import re
import subprocess
import sys
import zipfile

from samcli.yamlhelper import yaml_parse

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The C library of provided.al2023; a binary that asks for a newer one does not even start there.
GLIBC = (2, 34)


def main():
    fit = True
    for name, resource in yaml_parse((ROOT / "template.yaml").read_text())["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        function = pathlib.Path(resource["Properties"]["CodeUri"]).name
        binary = ROOT / "target/lambda" / function / "bootstrap"
        built = ROOT / "target/sam/build" / name / "bootstrap"
        assert built.read_bytes() == binary.read_bytes(), f"{built} is not {binary}"
        wanted = subprocess.run(["readelf", "-V", binary], check=True, capture_output=True, text=True).stdout
        newest = max(tuple(map(int, found.split("."))) for found in re.findall(r"GLIBC_([0-9.]+)", wanted))
        packed = binary.with_suffix(".zip")
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(binary, "bootstrap")
        fit &= newest <= GLIBC
        print(f"   {function}: {size(binary)}, zipped {size(packed)}, needs glibc {newest[0]}.{newest[1]}"
              f"{'' if newest <= GLIBC else ', which Lambda does not have'}")
    return 0 if fit else 1


def size(path):
    return f"{path.stat().st_size / 1e6:.2f} MB"


if __name__ == "__main__":
    sys.exit(main())
