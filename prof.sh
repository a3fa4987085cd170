. /tmp/imgspeed/env.sh
LUNATE_THREADS=1 perf record -q -g -e cpu-clock -o /tmp/imgspeed/p.data lua5.4 /tmp/imgspeed/l.lua $1 2>&1 | tail -1; perf report -i /tmp/imgspeed/p.data --stdio --no-children -g caller,0.5,callee --max-stack 6 --percent-limit ${2:-2} 2>/dev/null | grep -v "^#" | grep -v '^$' | head -${3:-60}
