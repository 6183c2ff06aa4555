-- Why: whoever repeats a run wants to know whether a processor or a GPU computed it, and whether its weights were streamed.

alter table run add column device text;
