"""The projects, a file each: pN_name.py defines PROJECT; its starter is notebooks/capstone/pN_name.ipynb."""
