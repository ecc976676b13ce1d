// Arrays in, arrays out: what a query does to the rows of a table, without knowing what the table
// is, where it is stored or who asks.
//
// A query composes the kernels like this:
//
//     FROM a scan        batches of up to 65,536 rows, the columns it needs
//     JOIN               `HashJoin` of the smaller side, once. A coded column to a dimension with a
//                        unique key: `HashJoin.match` once a dictionary, then `gather`
//     WHERE              `selectedRows`, then `gather`
//     GROUP BY           `GroupTable.add` gives the group of each row of the batch,
//     aggregates         `AggregateSet.update` adds the batch to the state of each group
//     threads            each has a table and a set of its own, for a contiguous part of the input;
//                        the parts are merged in their order: `GroupTable.merge` tells the new
//                        number of each group, and `AggregateSet.merge` takes those
//     results            `GroupTable.keyColumns`, `AggregateSet.finish`: a row a group
//     windows            `WindowOrder` numbers the rows
//     ORDER BY, LIMIT    `sortedRows`, or `topRows` for the first few, then `gather`
//     UNION ALL          `concatenate`
//
// Three things make the difference between a fast query and a slow one:
//
// 1. **Texts stay codes.** A column of codes is never spelled out, and all of its batches have the
//    same dictionary object. A second dictionary costs a translation of the codes that occur.
// 2. **Keys that are the same in the whole batch cost nothing.** Rows that come clustered by a key
//    (a segment is one date) should be cut where it changes.
// 3. **Distinct counts belong to a partition.** Where a key of GROUP BY is the partition of the
//    table, no group has rows in two partitions: give each partition its own `GroupTable` and
//    `AggregateSet`, finish it, and concatenate the rows. Sets of values are then small enough for
//    the caches and are never merged.
//
// Laws, which the tests hold: a result does not depend on where the input was cut, nor on which of
// the forms of a kernel (array, hash, sort, disk) was used; the first row in input order wins ties.
