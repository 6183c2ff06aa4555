import { unsafeCSS } from 'lit';
import parts from '../themes/parts.css?inline';

/** The document's shared classes, for use inside a shadow root. One source: themes/parts.css. */
export const sharedStyles = unsafeCSS(parts);
