-- Two hosts and a cable that is cut (hosts.sh), where this machine permits network namespaces.
local mpi = require "support.mpi"

describe("data-parallel training on two hosts", function()
  it("ends where one process does, and with an error where the cable is cut", function()
    if mpi.missing then return pending(mpi.missing) end
    local script = package.searchpath("distribution.train_spec", package.path)
      :gsub("train_spec%.lua$", "hosts.sh")
    local pipe = assert(io.popen("sh '" .. script .. "' 2>&1; echo \" $?\""))
    local text, code = pipe:read("a"):match("^(.*) (%d+)\n$")
    pipe:close()
    if code == "77" then return pending((text:gsub("\n$", ""))) end
    assert.equal("0", code, text)
    assert.matches("two hosts: the same weights as one process\n", text, 1, true)
    assert.matches("a cut cable: an error after", text, 1, true)
  end)
end)
