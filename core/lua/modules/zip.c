// lunate.zip: archives in memory, nothing is ever extracted to disk. Every number of an archive is
// checked: names, sums, what unpacks is counted as it comes.
// pkg-config: libzip
// debian: libzip-dev
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <lauxlib.h>
#include <lua.h>
#include <zip.h>

#include "lua/metatable.h"

enum { BLOCK = 1 << 16, MAX_NAME = 4096, MAX_ENTRIES = 65536 };
#define MAX_BYTES ((lua_Integer)1 << 32)

// Everything that a Lua error must not leave behind.
typedef struct Job {
  zip_t *archive;
  zip_source_t *bytes;   // of the archive, with a reference of its own
  zip_source_t *entry;   // not yet the archive's
  zip_file_t *file;
  bool open;             // bytes is open for reading
} Job;

static int job_gc(lua_State *L) {
  Job *job = lua_touserdata(L, 1);
  if (job->file) zip_fclose(job->file);
  if (job->entry) zip_source_free(job->entry);
  if (job->archive) zip_discard(job->archive);
  if (job->open) zip_source_close(job->bytes);
  if (job->bytes) zip_source_free(job->bytes);
  *job = (Job){0};
  return 0;
}

static Job *push_job(lua_State *L) {
  Job *job = lua_newuserdatauv(L, sizeof *job, 0);
  *job = (Job){0};
  ln_lua_set_class(L, "lunate.zip", job_gc, NULL, false);
  lua_toclose(L, -1);
  errno = 0;
  return job;
}

// Why libzip failed. Where it has no memory it names anything, or nothing; malloc's errno tells.
static const char *reason(zip_error_t *error) {
  return errno == ENOMEM ? "not enough memory" : zip_error_strerror(error);
}

// Archive and its bytes; `text` stays the caller's and must outlive the job.
static void open_archive(lua_State *L, Job *job, const char *what, const char *text, size_t n,
                         int flags) {
  zip_error_t error;
  zip_error_init(&error);
  job->bytes = zip_source_buffer_create(text, n, 0, &error);
  if (job->bytes) {
    zip_source_keep(job->bytes);
    job->archive = zip_open_from_source(job->bytes, flags, &error);
    if (!job->archive) zip_source_free(job->bytes);   // the reference that the archive would own
  }
  if (!job->archive) {
    lua_pushstring(L, reason(&error));
    zip_error_fini(&error);
    luaL_error(L, "%s: not a whole zip archive: %s", what, lua_tostring(L, -1));
  }
  zip_error_fini(&error);
}

// Why a name could be meant to reach outside of a folder or to be read in two ways, or NULL.
static const char *bad_name(const char *name, size_t n) {
  if (n == 0) return "is empty";
  if (n > MAX_NAME) return "is too long";
  if (name[0] == '/' || (n > 1 && name[1] == ':')) return "is an absolute path";
  for (size_t i = 0; i < n; i++) {
    if ((unsigned char)name[i] < 0x20 || name[i] == 0x7f) return "holds a control character";
    if (name[i] == '\\') return "holds a backslash";
  }
  for (const char *part = name;; part++) {
    size_t k = strcspn(part, "/");
    if ((k == 1 && part[0] == '.') || (k == 2 && part[0] == '.' && part[1] == '.'))
      return "has a part '.' or '..'";
    if (k == 0 && part[0] == '/') return "has an empty part";
    part += k;
    if (!*part) return NULL;
  }
}

// The field of the table at the top, a string, stays on the stack.
static const char *string_field(lua_State *L, int table, int at, const char *name, size_t *n) {
  if (!lua_istable(L, table)) luaL_error(L, "zip.encode: a table {name =, data =} expected at %d",
                                         at);
  lua_pushstring(L, name);
  if (lua_rawget(L, table) != LUA_TSTRING)
    luaL_error(L, "zip.encode: a string '%s' expected in entry %d, got %s", name, at,
               luaL_typename(L, -1));
  return lua_tolstring(L, -1, n);
}

// Adds the entry in the table at the top. Its data stays in the list at `kept` while it is needed.
static void add_entry(lua_State *L, Job *job, int at, int names, int kept) {
  int table = lua_gettop(L);
  size_t n_name, n;
  const char *name = string_field(L, table, at, "name", &n_name);
  const char *data = string_field(L, table, at, "data", &n);
  const char *bad = bad_name(name, n_name);
  if (bad) luaL_error(L, "zip.encode: the name '%s' of entry %d %s", name, at, bad);
  lua_pushvalue(L, -2);
  if (lua_rawget(L, names) != LUA_TNIL)
    luaL_error(L, "zip.encode: two entries are named '%s'", name);
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_rawseti(L, kept, at);
  lua_pushvalue(L, -2);
  lua_pushboolean(L, 1);
  lua_rawset(L, names);
  job->entry = zip_source_buffer(job->archive, data, n, 0);
  zip_int64_t i = job->entry ? zip_file_add(job->archive, name, job->entry, ZIP_FL_ENC_UTF_8) : -1;
  if (i >= 0) job->entry = NULL;
  // 1 January 1980, the first that the format has: the same entries give the same bytes.
  if (i < 0 || zip_set_file_compression(job->archive, (zip_uint64_t)i, ZIP_CM_STORE, 0) != 0 ||
      zip_file_set_dostime(job->archive, (zip_uint64_t)i, 0, 0x21, 0) != 0 ||
      zip_file_set_external_attributes(job->archive, (zip_uint64_t)i, 0, ZIP_OPSYS_UNIX,
                                       (zip_uint32_t)0100644 << 16) != 0)
    luaL_error(L, "zip.encode: cannot add '%s': %s", name, reason(zip_get_error(job->archive)));
  lua_settop(L, table - 1);
}

// encode(list of {name =, data =}) -> string: uncompressed entries in their order, no times
static int encode(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_newtable(L);   // 2: names that are taken
  lua_newtable(L);   // 3: the data, while the archive needs it
  Job *job = push_job(L);
  lua_Unsigned n = lua_rawlen(L, 1);
  if (n > MAX_ENTRIES) return luaL_error(L, "zip.encode: more than %d entries", MAX_ENTRIES);
  if (n == 0) {   // libzip writes no empty archives: the end of a directory without entries
    lua_pushlstring(L, "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
    return 1;
  }
  open_archive(L, job, "zip.encode", NULL, 0, ZIP_CREATE | ZIP_TRUNCATE);
  for (int i = 1; i <= (int)n; i++) {
    lua_rawgeti(L, 1, i);
    add_entry(L, job, i, 2, 3);
  }
  if (zip_close(job->archive) != 0)
    return luaL_error(L, "zip.encode: %s", reason(zip_get_error(job->archive)));
  job->archive = NULL;
  zip_stat_t info;
  job->open = zip_source_open(job->bytes) == 0;
  if (!job->open || zip_source_stat(job->bytes, &info) != 0 || !(info.valid & ZIP_STAT_SIZE))
    return luaL_error(L, "zip.encode: %s", reason(zip_source_error(job->bytes)));
  luaL_Buffer buffer;
  char *out = luaL_buffinitsize(L, &buffer, (size_t)info.size);
  if (zip_source_read(job->bytes, out, info.size) != (zip_int64_t)info.size)
    return luaL_error(L, "zip.encode: %s", reason(zip_source_error(job->bytes)));
  luaL_pushresultsize(&buffer, (size_t)info.size);
  return 1;
}

static lua_Integer limit_option(lua_State *L, const char *name, lua_Integer fallback) {
  if (lua_isnoneornil(L, 2)) return fallback;
  luaL_checktype(L, 2, LUA_TTABLE);
  if (lua_getfield(L, 2, name) == LUA_TNIL) return fallback;
  int ok;
  lua_Integer n = lua_tointegerx(L, -1, &ok);
  if (!ok || n < 0) luaL_error(L, "bad option '%s' of 'zip.decode' (integer >= 0 expected)", name);
  return n;
}

// Pushes what the entry holds; *room is what may still unpack. libzip compares the sum at its end.
static void read_entry(lua_State *L, Job *job, zip_uint64_t i, const char *name,
                       const zip_stat_t *info, lua_Integer *room, lua_Integer limit) {
  job->file = zip_fopen_index(job->archive, i, 0);
  if (!job->file)
    luaL_error(L, "zip.decode: entry '%s': %s", name, reason(zip_get_error(job->archive)));
  luaL_Buffer buffer;
  luaL_buffinit(L, &buffer);
  zip_uint64_t got = 0;
  for (;;) {
    char *block = luaL_prepbuffsize(&buffer, BLOCK);
    zip_int64_t k = zip_fread(job->file, block, BLOCK);
    if (k < 0)
      luaL_error(L, "zip.decode: entry '%s' is damaged: %s", name,
                 reason(zip_file_get_error(job->file)));
    if (k == 0) break;
    got += (zip_uint64_t)k;
    *room -= k;
    if (*room < 0)
      luaL_error(L, "zip.decode: entry '%s': the archive unpacks to more than %I bytes", name,
                 (LUAI_UACINT)limit);
    if (got > info->size) break;
    luaL_addsize(&buffer, (size_t)k);
  }
  if (got != info->size)
    luaL_error(L, "zip.decode: entry '%s' is damaged: it does not have the %I bytes that it is "
                  "said to have", name, (LUAI_UACINT)info->size);
  zip_fclose(job->file);
  job->file = NULL;
  luaL_pushresult(&buffer);
}

// Whether the entry named at the top is to be unpacked: all are where no names are given (at 2).
static bool is_wanted(lua_State *L) {
  if (!lua_istable(L, 2)) return true;
  int name = lua_gettop(L);
  bool found = false;
  lua_Integer n = (lua_Integer)lua_rawlen(L, 2);
  for (lua_Integer k = 1; !found && k <= n; k++) {
    lua_rawgeti(L, 2, k);
    found = lua_rawequal(L, -1, name);
    lua_settop(L, name);
  }
  return found;
}

// decode(bytes[, {max_bytes =, max_entries = 65536, names =}]) -> {[name] = data}, without folders;
// with a list of names these alone. What unpacks is at most max_bytes: 4 GiB, or the archive's own
// size where that is more.
static int decode(lua_State *L) {
  size_t n;
  const char *bytes = luaL_checklstring(L, 1, &n);
  lua_Integer limit = limit_option(L, "max_bytes", (lua_Integer)n > MAX_BYTES ? (lua_Integer)n
                                                                              : MAX_BYTES);
  lua_Integer max_entries = limit_option(L, "max_entries", MAX_ENTRIES), room = limit;
  lua_settop(L, 2);
  if (lua_istable(L, 2)) lua_getfield(L, 2, "names"), lua_replace(L, 2);
  Job *job = push_job(L);   // 3
  if (n == 0) return luaL_error(L, "zip.decode: not a whole zip archive: no bytes");
  open_archive(L, job, "zip.decode", bytes, n, ZIP_RDONLY | ZIP_CHECKCONS);
  zip_int64_t entries = zip_get_num_entries(job->archive, 0);
  if (entries > max_entries)
    return luaL_error(L, "zip.decode: more than %I entries", (LUAI_UACINT)max_entries);
  lua_newtable(L);   // 4: the result
  lua_newtable(L);   // 5: the names that were there
  for (zip_uint64_t i = 0; i < (zip_uint64_t)entries; i++) {
    zip_stat_t info;
    const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    const char *name = zip_get_name(job->archive, i, 0);
    if (!name || zip_stat_index(job->archive, i, 0, &info) != 0 || (info.valid & needed) != needed)
      return luaL_error(L, "zip.decode: entry %d: %s", (int)i + 1,
                        reason(zip_get_error(job->archive)));
    lua_pushstring(L, name);
    name = lua_tostring(L, -1);
    const char *bad = bad_name(name, strlen(name));   // libzip makes zero bytes spaces
    if (bad)
      return luaL_error(L, "zip.decode: the name '%s' of entry %d %s", name, (int)i + 1, bad);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, 5) != LUA_TNIL)
      return luaL_error(L, "zip.decode: two entries are named '%s'", name);
    lua_settop(L, 6);
    lua_pushvalue(L, 6);
    lua_pushboolean(L, 1);
    lua_rawset(L, 5);
    if (!is_wanted(L)) {
      lua_settop(L, 5);
      continue;
    }
    if (info.encryption_method != ZIP_EM_NONE)
      return luaL_error(L, "zip.decode: entry '%s' is encrypted", name);
    if (info.comp_method != ZIP_CM_STORE && info.comp_method != ZIP_CM_DEFLATE)
      return luaL_error(L, "zip.decode: entry '%s': compression method %d is not supported", name,
                        (int)info.comp_method);
    if (name[strlen(name) - 1] == '/') {
      if (info.size > 0) return luaL_error(L, "zip.decode: folder '%s' has content", name);
    } else {
      read_entry(L, job, i, name, &info, &room, limit);
      lua_rawset(L, 4);
    }
    lua_settop(L, 5);
  }
  lua_settop(L, 4);
  return 1;
}

static const luaL_Reg functions[] = {{"encode", encode}, {"decode", decode}, {NULL, NULL}};

int luaopen_lunate_zip(lua_State *L);
__attribute__((visibility("default"))) int luaopen_lunate_zip(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
