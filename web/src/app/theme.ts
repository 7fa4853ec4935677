import {Checkbox, createTheme, Menu, Modal} from '@mantine/core';

// Colours are in app.css. Locking the scroll would put a <style> element into the page.
export const theme = createTheme({
  primaryColor: 'blue',
  defaultRadius: 'sm',
  cursorType: 'pointer',
  components: {
    Checkbox: Checkbox.extend({defaultProps: {radius: 3}}),
    Modal: Modal.extend({defaultProps: {lockScroll: false, centered: true, transitionProps: {duration: 100}}}),
    Menu: Menu.extend({defaultProps: {shadow: 'md', transitionProps: {duration: 80}}}),
  },
});
