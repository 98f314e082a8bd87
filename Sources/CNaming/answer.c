/*
 * Writes an answer: its head, then a record for each function with the texts behind it.
 */
#include "answer.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void clab_answer_add(struct answer *answer, const char *name, const char *directory,
                     const char *file, uint32_t line, uint32_t column, bool is_inlined) {
  static char symbol[CLAB_NAMING_MOST_NAME];
  static char path[CLAB_NAMING_MOST_NAME];
  symbol[0] = path[0] = 0;
  if (name) {
    static char bare[CLAB_NAMING_MOST_NAME];
    /* A symbol's version is no part of its name. */
    size_t length = strcspn(name + (name[0] == '@'), "@") + (name[0] == '@');
    if (length < sizeof bare) {
      memcpy(bare, name, length);
      bare[length] = 0;
      clab_naming_demangle(bare, symbol, sizeof symbol);
    } else {
      memcpy(symbol, name, sizeof symbol - 1);
      symbol[sizeof symbol - 1] = 0;
    }
  }
  if (file) {
    size_t at = 0;
    size_t length = directory ? strlen(directory) : 0;
    if (file[0] != '/' && length && length < sizeof path - 1) {
      memcpy(path, directory, length);
      path[length] = '/';
      at = length + 1;
    }
    strncpy(path + at, file, sizeof path - 1 - at);
    path[sizeof path - 1] = 0;
  }
  struct clab_naming_function function = {.line = path[0] ? line : 0,
                                          .column = path[0] ? column : 0,
                                          .name_size = (uint32_t)strlen(symbol),
                                          .file_size = (uint32_t)strlen(path)};
  size_t size = sizeof function + function.name_size + function.file_size;
  size_t room = sizeof answer->bytes - sizeof answer->head - answer->filled;
  if (size + (is_inlined ? sizeof function + 2 * CLAB_NAMING_MOST_NAME : 0) > room)
    return;
  char *next = answer->bytes + sizeof answer->head + answer->filled;
  memcpy(next, &function, sizeof function);
  memcpy(next + sizeof function, symbol, function.name_size);
  memcpy(next + sizeof function + function.name_size, path, function.file_size);
  answer->filled += size;
  answer->head.functions++;
}

void clab_answer_send(struct answer *answer, int channel) {
  memcpy(answer->bytes, &answer->head, sizeof answer->head);
  if (send(channel, answer->bytes, sizeof answer->head + answer->filled, MSG_NOSIGNAL) < 0)
    _exit(0);
}
