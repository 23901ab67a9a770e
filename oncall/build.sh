for n in 0 1 2 3 4 5 6; do
  { echo '#!/bin/bash'; echo '# break/'$n' breaks, break/'$n' undo mends. What it does is not to be read by the candidate.'
    echo 'renice -n 19 -p $$ >/dev/null'
    echo 'export PYTHONDONTWRITEBYTECODE=1'
    echo "base64 -d <<'END' | \"\${ONCALL_ROOT:-/tmp/wt/next}/.venv/bin/python\" - \"\$@\""; cat common.py $n.py | base64 -w 120; echo END; } > /tmp/oncall/break/$n; chmod 700 /tmp/oncall/break/$n
  cat common.py $n.py | python3 -c 'import ast,sys; ast.parse(sys.stdin.read())'
done
mv /tmp/oncall/break/0 /tmp/oncall/break/prepare
