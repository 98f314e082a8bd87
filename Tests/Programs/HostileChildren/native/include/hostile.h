/* What a corrupted child could do to the laboratory and Swift can't say. */
#ifndef HOSTILE_H
#define HOSTILE_H

/* Closes every descriptor. */
void hostile_close_everything(void);
/* Writes counts out of all bounds, and texts without an end, onto this process's board. */
void hostile_forge_board(void);

#endif
