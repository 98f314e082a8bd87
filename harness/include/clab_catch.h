/*
 * The process that reads a crash which the kernel has handed over: it is forked as root, opens what
 * it needs, and gives up every right before it looks at a byte of it. Async-signal-safe: no
 */
#ifndef CRASHLAB_CATCH_H
#define CRASHLAB_CATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Forks. The child leads a process group, and is killed when its parent is gone. As fork(2). */
pid_t clab_catch_fork(void);

/* What the reader may take, set before it drops its rights: address space in bytes, processor time
   in seconds, and no file may be written. Returns 0 or an errno. */
int clab_catch_limit(uint64_t memory, uint64_t seconds);

/* Permits this process to open so many files, as far as the machine does. */
void clab_catch_allow_files(uint64_t count);

/* Becomes this user for good: no groups, no capabilities, no new privileges by executing, and
   nobody but root may look into it. Returns 0 or an errno. */
int clab_catch_drop_rights(uid_t user, gid_t group);

/* From here on this process and its children can read, fork and answer, and nothing else: a call
   that writes to a file system, makes a connection, executes, or looks into another process is
   refused with EPERM. Returns 0 or an errno. */
int clab_catch_filter_calls(void);

/* Starts a compressor (`zstd`) from one descriptor to another as this user, which writes at most so
   many bytes. Returns the process, or -1 and errno. */
pid_t clab_catch_pack(const char *program, int from, int to, uint64_t most, uid_t user,
                      gid_t group);

/* A pipe, close-on-exec: [0] to read from, [1] to write to. Returns 0, or -1 and errno. */
int clab_catch_pipe(int ends[2]);

/* A descriptor of a process that becomes readable when it has ended (pidfd_open(2)); -1 and errno.
 */
int clab_catch_pidfd(pid_t process);

/* Sends one datagram to a socket in the file system, without waiting. Returns 0 or an errno. */
int clab_catch_send(const char *path, const char *text, size_t size);

#endif
