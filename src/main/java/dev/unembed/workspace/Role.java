package dev.unembed.workspace;

/** What a member may do: each role includes the ones before it. */
public enum Role {
    /** Reads everything in the workspace. */
    VIEWER,
    /** Also submits, cancels, repeats, edits and deletes runs. */
    EDITOR,
    /** Also manages members and the workspace itself. */
    OWNER
}
