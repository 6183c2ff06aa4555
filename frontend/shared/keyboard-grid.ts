/** Keyboard movement in a grid of rows × columns; row 0 is drawn on top. Pure: a key in, a cell out. */

export interface GridCell {
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** Rows that PageUp and PageDown jump. */
  readonly page: number;
}

/** The cell a key leads to, clamped to the grid, or null if the key doesn't move. */
export function moveInGrid(cell: GridCell, key: string, ctrl: boolean, size: GridSize): GridCell | null {
  const target = step(cell, key, ctrl, size);
  return (
    target && {
      row: Math.max(0, Math.min(size.rows - 1, target.row)),
      column: Math.max(0, Math.min(size.columns - 1, target.column)),
    }
  );
}

function step({ row, column }: GridCell, key: string, ctrl: boolean, size: GridSize): GridCell | null {
  switch (key) {
    case 'ArrowUp':
      return { row: ctrl ? 0 : row - 1, column };
    case 'ArrowDown':
      return { row: ctrl ? size.rows - 1 : row + 1, column };
    case 'ArrowLeft':
      return { row, column: ctrl ? 0 : column - 1 };
    case 'ArrowRight':
      return { row, column: ctrl ? size.columns - 1 : column + 1 };
    case 'Home':
      return { row: ctrl ? 0 : row, column: 0 };
    case 'End':
      return { row: ctrl ? size.rows - 1 : row, column: size.columns - 1 };
    case 'PageUp':
      return { row: row - Math.max(1, size.page), column };
    case 'PageDown':
      return { row: row + Math.max(1, size.page), column };
    default:
      return null;
  }
}
