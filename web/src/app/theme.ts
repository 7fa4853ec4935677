import {createTheme, Menu, Modal, Popover, Tooltip} from '@mantine/core';

// Colours are in app.css. Locking the scroll would put a <style> element into the page.
export const theme = createTheme({
  primaryColor: 'blue',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  components: {
    Modal: Modal.extend({defaultProps: {lockScroll: false, centered: true, transitionProps: {duration: 100}}}),
    Menu: Menu.extend({defaultProps: {shadow: 'md', transitionProps: {duration: 80}}}),
    Popover: Popover.extend({defaultProps: {shadow: 'md'}}),
    Tooltip: Tooltip.extend({defaultProps: {openDelay: 250, multiline: true, maw: 360, events: {hover: true, focus: true, touch: true}}}),
  },
});
