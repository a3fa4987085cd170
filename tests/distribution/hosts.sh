#!/bin/sh
# Two hosts: network namespaces joined by a veth pair, data-parallel training over the cable between
# them, and the cable cut in the midst. Needs Linux, root, iproute2 (ip netns), lunate built with
# Open MPI, and mpirun; says what is missing and ends with 77.
#
#   make all && sh tests/distribution/hosts.sh
#
# The agent with which mpirun reaches the second host is `ip netns exec` instead of ssh.
here=$(cd "$(dirname "$0")/../.." && pwd)
build=${LUNATE_BUILD:-$here/build}
lua=${LUA:-lua5.4}
skip() { echo "hosts.sh: skipped: $1"; exit 77; }

[ "$(uname)" = Linux ] || skip "needs Linux's network namespaces"
[ "$(id -u)" = 0 ] || skip "needs root, to make network namespaces"
command -v ip >/dev/null 2>&1 || skip "needs ip (Debian: iproute2)"
command -v mpirun >/dev/null 2>&1 || skip "needs mpirun (Debian: openmpi-bin)"
mpirun --version | grep -q "Open MPI" || skip "needs Open MPI's mpirun, for its agent"
[ -e "$build/lunate/mpi.so" ] || skip "lunate was built without MPI"
one=lunate-one-$$ other=lunate-other-$$
ip netns add "$one" 2>/dev/null || skip "this machine permits no network namespaces"
folder=$(mktemp -d)
cleanup() {
  for host in "$one" "$other"; do ip netns pids "$host" 2>/dev/null | xargs -r kill -9; done
  ip netns del "$one" 2>/dev/null
  ip netns del "$other" 2>/dev/null
  rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
ip netns add "$other" || exit 1
ip link add ln-a-$$ type veth peer name ln-b-$$ || skip "this machine permits no veth pairs"
ip link set ln-a-$$ netns "$one" && ip link set ln-b-$$ netns "$other" || exit 1
ip netns exec "$one" ip addr add 10.77.0.1/24 dev ln-a-$$
ip netns exec "$other" ip addr add 10.77.0.2/24 dev ln-b-$$
for host in "$one" "$other"; do ip netns exec "$host" ip link set lo up; done
ip netns exec "$one" ip link set ln-a-$$ up
ip netns exec "$other" ip link set ln-b-$$ up

# Called by mpirun as: agent host command ...
cat > "$folder/agent" <<END
#!/bin/sh
while [ "\${1#-}" != "\$1" ]; do shift; done
shift
exec ip netns exec $other unshare --uts sh -c 'hostname lunate-other; exec sh -c "\$*"' sh "\$@"
END
chmod 755 "$folder/agent"

cat > "$folder/train.lua" <<'END'
local ln = require "lunate"
local d = ln.distribution
d.set_distribution(d.DataParallel{timeout = tonumber(arg[2] or 60)})
ln.set_seed(3)
local x = ln.random.normal{96, 6}
local model = ln.Sequential{ln.layers.Dense{8, activation = "relu", input_shape = {6}},
  ln.layers.Dense{1}}
model:compile{loss = "mse", optimizer = "adam"}
model:fit(x, x:sum{axis = 2, keepdims = true}, {epochs = tonumber(arg[1]), verbose = 0,
  callbacks = {{on_epoch_end = function(_, epoch)
    if epoch == 3 and d.rank() == 0 then io.stdout:write("under way\n") io.stdout:flush() end
  end}}})
if d.rank() == 0 then
  io.stdout:write(("processes %d, machines' first %d\n"):format(d.size(), d.local_rank()))
  for _, w in ipairs(model:get_weights()) do io.stdout:write(("%.5g\n"):format(w:sum():item())) end
end
END

export LUA_PATH="$here/lua/?.lua;$here/lua/?/init.lua;;" LUA_CPATH="$build/?.so;;"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
run() {   # script's arguments
  timeout 120 ip netns exec "$one" unshare --uts sh -c 'hostname lunate-one; exec "$@"' sh \
    mpirun -np 2 --host 10.77.0.1:1,10.77.0.2:1 --map-by node \
    --mca plm_rsh_agent "$folder/agent" --mca plm_rsh_no_tree_spawn 1 \
    --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
    -x LUA_PATH -x LUA_CPATH "$lua" "$folder/train.lua" "$@"
}

"$lua" "$folder/train.lua" 5 | grep -v processes > "$folder/alone" || exit 1
run 5 > "$folder/two" 2> "$folder/said" || { cat "$folder/two" "$folder/said"; exit 1; }
grep -q "processes 2" "$folder/two" || { cat "$folder/two" "$folder/said"; exit 1; }
grep -v processes "$folder/two" > "$folder/weights"
if ! cmp -s "$folder/alone" "$folder/weights"; then
  echo "hosts.sh: the weights differ:"; paste "$folder/alone" "$folder/weights"; exit 1
fi
echo "two hosts: the same weights as one process"

# mpirun itself may wait for the other host's daemon, which it cannot reach any more: what counts is
# when the processes give up.
limit=20
run 1000000000 3 > "$folder/cut" 2>&1 &
for _ in $(seq 200); do grep -q "under way" "$folder/cut" && break; sleep 0.2; done
grep -q "under way" "$folder/cut" || { cat "$folder/cut"; exit 1; }
begin=$(date +%s)
ip netns exec "$one" ip link set ln-a-$$ down
while ! grep -q "waited 3 s for the others" "$folder/cut"; do
  sleep 0.2
  [ $(($(date +%s) - begin)) -le $limit ] && continue
  echo "hosts.sh: no error $limit s after the cable was cut:"; cat "$folder/cut"; exit 1
done
seconds=$(($(date +%s) - begin))
for _ in $(seq 100); do
  left=$(for host in "$one" "$other"; do ip netns pids "$host"; done | xargs -r ps -o args= -p |
    grep -c "^$lua $folder/train.lua")
  [ "$left" = 0 ] && break
  sleep 0.2
done
[ "$left" = 0 ] || { echo "hosts.sh: $left processes go on"; cat "$folder/cut"; exit 1; }
echo "a cut cable: an error after $seconds s"
