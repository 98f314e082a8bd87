/* What a corrupted child could do to the laboratory and Swift can't say. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdbool.h>
#include <stdint.h>

/* Closes every descriptor. */
void hostile_close_everything(void);
/* Sends a little garbage with 200 descriptors. */
void hostile_send_descriptors(int channel);

/* Writes counts out of all bounds, and texts without an end, onto this process's board. */
void hostile_forge_board(void);
/* Says that it was armed at a time to come. */
void hostile_forge_arming(void);
void hostile_unmap_board(void);
/* Makes the file below its board empty, which would end whoever looks at it. Returns whether it
   could. */
bool hostile_truncate_board(void);
/* How many boards this process can write to. */
int hostile_count_boards(void);

/* Sends this signal to the laboratory's control process. */
void hostile_signal_control(int signal);
void hostile_block_every_signal(void);
/* Makes its parent its tracer. */
void hostile_be_traced(void);
void hostile_be_undumpable(void);
void hostile_name_itself(const char *name);

/* Recurses without end. */
uint64_t hostile_recurse(uint64_t depth);

#endif
