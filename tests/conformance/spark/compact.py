"""Run by tests/sql/test_answers.py: rewrites the data files of the table argv[3] in the catalog at argv[1], with the runtime jar argv[2]."""

import sys

from session import start

uri, jar, name = sys.argv[1:]
done = start(uri, jar).sql(f"CALL c.system.rewrite_data_files(table => '{name}', options => map('rewrite-all', 'true'))").collect()[0]
print(f"{done.rewritten_data_files_count} files into {done.added_data_files_count}")
