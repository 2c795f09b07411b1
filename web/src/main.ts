import { mount } from 'svelte';
import App from './app/App.svelte';
import { applyTheme } from './app/theme.svelte';
import './styles/tokens.css';
import './styles/base.css';

applyTheme();
mount(App, { target: document.getElementById('app')! });
