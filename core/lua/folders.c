// Folders for Lua: the names in one, and the files below one in order.
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lua/arguments.h"
#include "lua/metatable.h"

// ---- one folder

static int close_folder(lua_State *L) {
  DIR **folder = lua_touserdata(L, 1);
  if (*folder) closedir(*folder);
  *folder = NULL;
  return 0;
}

// list_folder(path) -> list of the names in it, in no order
static int list_folder(lua_State *L) {
  const char *path = ln_lua_check_path(L, 1);
  DIR **folder = lua_newuserdatauv(L, sizeof *folder, 0);
  *folder = NULL;
  ln_lua_set_class(L, "lunate.folder", close_folder, NULL, false);
  lua_newtable(L);
  *folder = opendir(path);
  if (!*folder) return luaL_error(L, "list_folder: cannot read '%s': %s", path, strerror(errno));
  lua_Integer n = 0;
  for (struct dirent *entry; (entry = readdir(*folder));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    lua_pushstring(L, entry->d_name);
    lua_rawseti(L, -2, ++n);
  }
  closedir(*folder);
  *folder = NULL;
  return 1;
}

// ---- all that is below

typedef struct Names {
  char **v;         // "root\0name", malloc'ed each
  size_t n, room;
} Names;

static int free_names(lua_State *L) {
  Names *names = lua_touserdata(L, 1);
  while (names->n > 0) free(names->v[--names->n]);
  free(names->v);
  names->v = NULL;
  return 0;
}

// 0, or an errno.
static int add_name(Names *names, const char *root, const char *name) {
  if (names->n == names->room) {
    size_t room = 2 * names->room + 64;
    char **v = realloc(names->v, room * sizeof *v);
    if (!v) return ENOMEM;
    names->v = v;
    names->room = room;
  }
  size_t a = strlen(root) + 1, b = strlen(name) + 1;
  char *text = malloc(a + b);
  if (!text) return ENOMEM;
  memcpy(text, root, a);
  memcpy(text + a, name, b);
  names->v[names->n++] = text;
  return 0;
}

static int in_order(const void *a, const void *b) {
  const char *x = *(char *const *)a, *y = *(char *const *)b;
  int order = strcmp(x, y);
  return order ? order : strcmp(x + strlen(x) + 1, y + strlen(y) + 1);
}

typedef struct Place {   // of the folders that are being walked, from the innermost out
  dev_t device;
  ino_t inode;
  const struct Place *around;
} Place;

enum { MAX_DEPTH = 256 };

// Files below top/inner (or, folders_only, the folders in it); inner is "" or a path.
static int walk(Names *names, const char *top, const char *inner, bool follow, bool folders_only,
                const Place *around, int depth) {
  char path[4096], below[4096];
  int length = snprintf(path, sizeof path, "%s%s%s", top, *inner ? "/" : "", inner);
  if (length < 0 || (size_t)length >= sizeof path || depth > MAX_DEPTH) return ENAMETOOLONG;
  struct stat info;
  if (stat(path, &info) != 0) return errno;
  for (const Place *p = around; p; p = p->around)
    if (p->device == info.st_dev && p->inode == info.st_ino) return 0;   // a link to around here
  Place here = {info.st_dev, info.st_ino, around};
  DIR *folder = opendir(path);
  if (!folder) return errno;
  int failed = 0;
  for (const struct dirent *e; !failed && (e = readdir(folder));) {
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    length = snprintf(path, sizeof path, "%s%s%s/%s", top, *inner ? "/" : "", inner, e->d_name);
    if (length < 0 || (size_t)length >= sizeof path) {
      failed = ENAMETOOLONG;
      break;
    }
    if (stat(path, &info) != 0) continue;   // gone meanwhile, or a link to nothing
    bool is_folder = S_ISDIR(info.st_mode);
    if (folders_only) {
      if (is_folder && e->d_name[0] != '.') failed = add_name(names, "", e->d_name);
    } else if (is_folder) {
      if (!follow && (lstat(path, &info) != 0 || S_ISLNK(info.st_mode))) continue;
      snprintf(below, sizeof below, "%s%s%s", inner, *inner ? "/" : "", e->d_name);
      failed = walk(names, top, below, follow, false, &here, depth + 1);
    } else if (S_ISREG(info.st_mode)) {
      failed = add_name(names, inner, e->d_name);
    }
  }
  closedir(folder);
  return failed;
}

// files_below(folder, follow_links) -> the files below it, relative: by their folder, then by name.
// folders_in(folder) -> the names of the folders in it that do not begin with a dot.
static int list(lua_State *L, bool folders_only) {
  const char *top = ln_lua_check_path(L, 1);
  Names *names = lua_newuserdatauv(L, sizeof *names, 0);
  *names = (Names){NULL, 0, 0};
  ln_lua_set_class(L, "lunate.folder_names", free_names, NULL, false);
  lua_toclose(L, -1);
  int failed = walk(names, top, "", lua_toboolean(L, 2), folders_only, NULL, 0);
  if (failed) return luaL_error(L, "cannot read the folder '%s': %s", top, strerror(failed));
  if (names->n > 1) qsort(names->v, names->n, sizeof *names->v, in_order);
  lua_createtable(L, (int)names->n, 0);
  for (size_t i = 0; i < names->n; i++) {
    const char *root = names->v[i], *name = root + strlen(root) + 1;
    lua_pushfstring(L, "%s%s%s", root, *root ? "/" : "", name);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 1;
}

static int files_below(lua_State *L) { return list(L, false); }
static int folders_in(lua_State *L) { return list(L, true); }

static const luaL_Reg functions[] = {{"list_folder", list_folder}, {"files_below", files_below},
                                     {"folders_in", folders_in}, {NULL, NULL}};

void ln_register_folders(lua_State *L) { ln_lua_setfuncs(L, functions); }
