rockspec_format = "3.0"
package = "lunate"
version = "scm-1"

source = {
  url = "git+file://.",
}

description = {
  summary = "Deep learning for Lua 5.4: Keras's ideas, a small C core over OpenBLAS",
  detailed = [[
    Tensors, layers, losses, metrics, optimizers and training in the shape that Keras users know,
    written the way Lua users write. The heavy math is C over OpenBLAS.
  ]],
  license = "MIT",
}

dependencies = {
  "lua >= 5.4, < 5.5",
}

-- Libraries by name alone: Debian keeps OpenBLAS's header below the architecture's folder, where
-- LuaRocks does not look; the Makefile finds headers by pkg-config.
external_dependencies = {
  OPENBLAS = {library = "openblas"},
  JANSSON = {library = "jansson"},
  ZLIB = {library = "z"},
}

build = {
  type = "make",
  build_target = "all", -- in a build folder of its own: LuaRocks has its own flags
  install_target = "install",
  build_variables = {
    BUILD = "build/rock",
    CC = "$(CC)",
    CFLAGS = "$(CFLAGS)",
    LIBFLAG = "$(LIBFLAG)",
    LUA = "$(LUA)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
    OPENBLAS_INCDIR = "$(OPENBLAS_INCDIR)",
    OPENBLAS_LIBDIR = "$(OPENBLAS_LIBDIR)",
    JANSSON_INCDIR = "$(JANSSON_INCDIR)",
    JANSSON_LIBDIR = "$(JANSSON_LIBDIR)",
    ZLIB_INCDIR = "$(ZLIB_INCDIR)",
    ZLIB_LIBDIR = "$(ZLIB_LIBDIR)",
  },
  install_variables = {
    BUILD = "build/rock",
    CC = "$(CC)",
    CFLAGS = "$(CFLAGS)",
    LIBFLAG = "$(LIBFLAG)",
    LUA = "$(LUA)",
    LUA_INCDIR = "$(LUA_INCDIR)",
    LUADIR = "$(LUADIR)",
    LIBDIR = "$(LIBDIR)",
    BINDIR = "$(BINDIR)",
    OPENBLAS_INCDIR = "$(OPENBLAS_INCDIR)",
    OPENBLAS_LIBDIR = "$(OPENBLAS_LIBDIR)",
    JANSSON_INCDIR = "$(JANSSON_INCDIR)",
    JANSSON_LIBDIR = "$(JANSSON_LIBDIR)",
    ZLIB_INCDIR = "$(ZLIB_INCDIR)",
    ZLIB_LIBDIR = "$(ZLIB_LIBDIR)",
  },
}
