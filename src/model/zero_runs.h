/*
 * zero_runs.h - bytes with their runs of zeros left out: what a struct of
 * texts of fixed room takes when most of that room is empty.
 *
 *     packed := { zeros:u16 count:u16 byte[count] }...
 *
 * Numbers are the machine's own: nothing packed leaves it. Whatever is behind
 * the last run is zero.
 */
#ifndef MODEL_ZERO_RUNS_H
#define MODEL_ZERO_RUNS_H

#include <stddef.h>
#include <stdint.h>

#define ZERO_RUNS_MOST UINT16_MAX /* bytes of a struct */

/* Bytes that `size` bytes of anything take at most. */
#define ZERO_RUNS_ROOM(size) ((size) + 4)

/* Packs `size` bytes, ZERO_RUNS_MOST at most, into `packed`, which has
 * ZERO_RUNS_ROOM(size), and returns how many those are. */
size_t zero_runs_pack(const void *data, size_t size, uint8_t *packed);

/* The way back. -EINVAL for what was never packed from so many bytes; `data`
 * is then undefined. */
int zero_runs_unpack(const uint8_t *packed, size_t length, void *data,
                     size_t size);

#endif
