-- What the library prints while specs try it (progress, figures, warnings) goes to
-- build/printed.txt: `make test` shows its report alone. Run by busted before the specs (.busted);
-- the suite's processes share the file.
local path = (os.getenv("LUNATE_BUILD") or "build") .. "/printed.txt"
local file = io.open(path, os.getenv "LUNATE_REPORT" and "a" or "w") or io.open("/dev/null", "w")
if file then
  file:setvbuf("line")
  io.stdout, io.stderr = file, file   -- luacheck: ignore
end
